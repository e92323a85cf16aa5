export { boundProbes } from "./bound-probes.ts";
export { createHarness } from "./harness.ts";
export { isObservedSystem } from "./option-kinds.ts";
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
} from "./types.ts";
