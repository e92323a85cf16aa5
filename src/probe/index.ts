export type { Look, ProbeContext, ProbeFailure } from "./context.ts";
export { createProbes, type Probes } from "./probes.ts";
export type { Attempt, Probe, ProbeOptions } from "./types.ts";
