import type { OptionNames } from "../options.ts";
import type {
  CountOptions,
  Declarations,
  HarnessOptions,
  RedriveOptions,
  ScopeOptions,
  SendOptions,
  SettledOptions,
  WaitOptions,
} from "./types.ts";

/** What the functions of a harness take, for `checkOptions`. The types hold these lists complete. */
export const waitOptions: OptionNames<WaitOptions> = { within: true, since: true, signal: true };
export const countOptions: OptionNames<CountOptions> = { ...waitOptions, count: true };
export const sendOptions: OptionNames<SendOptions> = { attributes: true, key: true, signal: true };
export const redriveOptions: OptionNames<RedriveOptions> = { signal: true };
export const settledOptions: OptionNames<SettledOptions> = { within: true, quiet: true, signal: true };
export const scopeOptions: OptionNames<ScopeOptions> = { deadline: true };
export const journalOptions: OptionNames<NonNullable<HarnessOptions<Declarations>["journal"]>> = {
  maxEntries: true,
  maxBytes: true,
};
export const harnessOptions: OptionNames<HarnessOptions<Declarations>> = {
  channels: true,
  sla: true,
  systems: true,
  journal: true,
  onVerdict: true,
  signal: true,
  clock: false,
};
