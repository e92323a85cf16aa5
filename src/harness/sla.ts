import { Deadline, milliseconds } from "../time/index.ts";
import type { ScopeCore } from "./scope-core.ts";
import type { WaitOptions } from "./types.ts";

/** How long a wait may take, and why: a failure names all of it. */
export interface Sla {
  readonly within: number;
  /** "within", "the harness's sla", "the default". */
  readonly source: string;
  /** Where the time counts from, for people. */
  readonly zero: string;
  readonly deadline: Deadline;
}

/** The SLA of one wait: its own or the harness's, from its own start or from the event that it names. */
export function slaOf(scope: ScopeCore, options: WaitOptions | undefined): Sla {
  const { clock, sla, slaSource } = scope.harness;
  const within = options?.within === undefined ? sla : milliseconds(options.within, "within");
  const since = options?.since;
  const sent = since === undefined ? undefined : scope.sent.find(({ sequence }) => sequence === since.sequence);
  return {
    within,
    source: options?.within === undefined ? slaSource : "within",
    zero: sent === undefined ? "the start of the wait" : `the moment when ${sent.channel} was sent`,
    deadline: new Deadline(clock, within, { since: sent?.startedAt, cap: scope.cap }),
  };
}
