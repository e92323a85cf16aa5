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

export { createHarness } from "./harness/index.ts";
export type {
  Channel,
  ChannelOf,
  Channels,
  CountOptions,
  DeadLetters,
  Declarations,
  Fact,
  Harness,
  HarnessOptions,
  Listenable,
  Proof,
  ReceivedEvent,
  RedriveOptions,
  RefusedMessage,
  Scope,
  ScopeOptions,
  Sendable,
  SendArgument,
  SendOptions,
  SentEvent,
  SettledOptions,
  Settlement,
  Verdict,
  WaitOptions,
} from "./harness/index.ts";
export type { Attempt, Probe, ProbeOptions, Probes } from "./probe/index.ts";
export { type ErrorCode, SystemError, UsageError, type VerdictCode, VerdictError, WakefulError } from "./errors.ts";
export type { Duration, Schedule } from "./time/index.ts";
export type { Match } from "./journal/index.ts";
export { type Evidence, renderJson, renderText } from "./report/index.ts";
export type {
  Accounting,
  Attributes,
  ChannelDeclaration,
  Codec,
  DeadLetter,
  DeadLettersDeclaration,
  Endpoint,
  IncomingMessage,
  ListenableDeclaration,
  ListenerSink,
  Mark,
  MarkOptions,
  ObservedSystem,
  OutgoingMessage,
  Pending,
  RedriveReceipt,
  SendableDeclaration,
  SendReceipt,
  StandardSchema,
  Subscription,
  SystemExit,
  SystemLogLine,
  TransportInfo,
} from "./contracts/index.ts";
