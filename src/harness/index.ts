export { boundProbes } from "./bound-probes.ts";
export { createHarness } from "./harness.ts";
export type {
  Channel,
  ChannelOf,
  Channels,
  CountOptions,
  Declarations,
  Fact,
  Harness,
  HarnessOptions,
  Listenable,
  Proof,
  ReceivedEvent,
  Scope,
  ScopeOptions,
  Sendable,
  SendOptions,
  SentEvent,
  SettledOptions,
  Settlement,
  Verdict,
  WaitOptions,
} from "./types.ts";
