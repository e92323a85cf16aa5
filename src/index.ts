/**
 * Wakeful: a test harness for asynchronous, event-driven systems.
 *
 * This is the core. Transports, the simulator, launch and runners are entries of their own: `wakeful/sns-sqs`,
 * `wakeful/in-process`, `wakeful/aws-simulator`, `wakeful/launch`, `wakeful/vitest`.
 */
import { boundProbes } from "./harness/index.ts";

/** `probeUntil` of the scope whose test is running; see `Probes`. */
export const probeUntil = boundProbes.probeUntil;
/** `probeDuring` of the scope whose test is running; see `Probes`. */
export const probeDuring = boundProbes.probeDuring;
