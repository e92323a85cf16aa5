import type { SentEntry, Stamped } from "../journal/index.ts";
import { wakefulError } from "../errors.ts";
import { Deadline, formatDuration, milliseconds } from "../time/index.ts";
import type { ScopedEvent } from "./received-event.ts";
import type { ScopeCore } from "./scope-core.ts";
import type { SentEvent, WaitOptions } from "./types.ts";

/** How long a wait may take, and why: a failure names all of it. */
export interface Sla {
  readonly within: number;
  /** "within", "the harness's sla", "the default". */
  readonly source: string;
  /** Where the time counts from, for people. */
  readonly zero: string;
  readonly deadline: Deadline;
  /** The send that the time counts from, if the user named one. */
  readonly since?: Stamped<SentEntry>;
}

/** How long an event took to come. */
export interface Timing {
  /** Milliseconds. */
  readonly took: number;
  /** Set when that is too long. */
  readonly overdue?: {
    /** Milliseconds too long. */
    readonly by: number;
    /** Where the time counts from, for people. */
    readonly zero: string;
    /** For people: "came 416 ms after the send that caused it, known by its trace; the SLA is 300 ms". */
    readonly detail: string;
  };
}

/** The SLA of one wait: its own or the harness's, from its own start or from the event that it names. */
export function slaOf(scope: ScopeCore, options: WaitOptions | undefined): Sla {
  const { clock, sla, slaSource } = scope.harness;
  const within = options?.within === undefined ? sla : milliseconds(options.within, "within");
  const since = options?.since === undefined ? undefined : sentBy(scope, options.since);
  return {
    within,
    source: options?.within === undefined ? slaSource : "within",
    zero: since === undefined ? "the start of the wait" : `the moment when ${since.channel} was sent`,
    deadline: new Deadline(clock, within, { since: since?.startedAt, cap: scope.cap }),
    ...(since && { since }),
  };
}

/**
 * How long an event took, and whether that is too long: counted from the earliest moment that is known, which is the send
 * that the user named, or the one that caused it by its trace; without either, from the start of the wait, whose deadline
 * judges that. What this process was blocked meanwhile is allowed for.
 */
export function timingOf(scope: ScopeCore, { within, since, zero, deadline }: Sla, { entry }: ScopedEvent): Timing {
  const { arrivedAt, latency } = entry;
  const known = [
    ...(since === undefined ? [] : [{ at: since.startedAt, zero }]),
    ...(latency === undefined
      ? []
      : [{ at: arrivedAt - latency, zero: "the send that caused it, known by its trace" }]),
  ];
  const earliest = known.sort((a, b) => a.at - b.at)[0];
  if (earliest === undefined) return { took: Math.max(0, arrivedAt - deadline.startedAt) };
  const took = arrivedAt - earliest.at;
  if (took <= within + scope.harness.blocked(earliest.at, arrivedAt)) return { took };
  const detail = `came ${formatDuration(took)} after ${earliest.zero}; the SLA is ${formatDuration(within)}`;
  return { took, overdue: { by: took - within, zero: earliest.zero, detail } };
}

function sentBy(scope: ScopeCore, since: SentEvent): Stamped<SentEntry> {
  const sent = scope.sent.find(({ sequence, id }) => sequence === since.sequence && id === since.id);
  if (sent !== undefined) return sent;
  throw wakefulError("INVALID_OPTION", {
    option: "since",
    value: "something that this scope did not send",
    expected: "what send() of the same scope resolved to",
  });
}
