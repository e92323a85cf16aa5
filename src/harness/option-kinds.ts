import type { ObservedSystem } from "../contracts/index.ts";
import * as kind from "../kinds.ts";
import type { OptionKinds } from "../options.ts";
import type {
  CountOptions,
  Declarations,
  HarnessOptions,
  RedriveOptions,
  Scope,
  ScopeOptions,
  SendOptions,
  SettledOptions,
  WaitOptions,
} from "./types.ts";

/** Whether this is a system under test: by its shape, so that users can write their own. */
export function isObservedSystem(value: unknown): value is ObservedSystem {
  const system = (value ?? {}) as Partial<ObservedSystem>;
  return (
    typeof system.name === "string" &&
    typeof system.logs === "function" &&
    typeof system.exited?.then === "function" &&
    typeof system.finishesBeforeReply === "boolean"
  );
}

const system: kind.Kind = { expected: "a system", accepts: isObservedSystem };
const attributes = kind.recordOf(kind.body, 'an object of texts or bytes: { source: "shop" }');
const positive: kind.Kind = {
  expected: "a number, 1 or more",
  accepts: (value) => typeof value === "number" && value >= 1,
};
const end: kind.Kind = {
  expected: "{ at, name }: the end of the test's own time, and what people call it",
  accepts: (value) => {
    const { at, name } = (value ?? {}) as { readonly at?: unknown; readonly name?: unknown };
    return typeof at === "number" && !Number.isNaN(at) && typeof name === "string";
  },
};

/** What the functions of a harness take, for `checkOptions`. The types hold these lists complete. */
export const waitOptions: OptionKinds<WaitOptions> = {
  within: kind.duration,
  since: kind.anything,
  signal: kind.anything,
};
export const countOptions: OptionKinds<CountOptions> = { ...waitOptions, count: kind.oneOf("ids", "deliveries") };
export const sendOptions: OptionKinds<SendOptions> = { attributes, key: kind.anyText, signal: kind.anything };
export const redriveOptions: OptionKinds<RedriveOptions> = { signal: kind.anything };
export const settledOptions: OptionKinds<SettledOptions> = {
  within: kind.duration,
  quiet: kind.duration,
  signal: kind.anything,
};
export const scopeOptions: OptionKinds<ScopeOptions> = { deadline: end };
export const closeOptions: OptionKinds<NonNullable<Parameters<Scope["close"]>[0]>> = { failed: kind.flag };
export const journalOptions: OptionKinds<NonNullable<HarnessOptions<Declarations>["journal"]>> = {
  maxEntries: positive,
  maxBytes: positive,
};
export const harnessOptions: OptionKinds<HarnessOptions<Declarations>> = {
  channels: kind.needed(
    kind.recordOf(kind.anything, 'an object of channels: { created: aws.topic("customer--created") }'),
  ),
  sla: kind.duration,
  systems: kind.listOf(system, "a list of systems, as startProcess() and attachSystem() make them"),
  journal: kind.anything,
  onVerdict: kind.callback,
  signal: kind.signal,
  clock: kind.internal(kind.anything),
};
