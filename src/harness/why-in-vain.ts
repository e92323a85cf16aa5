import type { Circumstance, VerdictCode } from "../errors.ts";
import { compare } from "../journal/index.ts";
import { formatDuration } from "../time/index.ts";
import { unheardOf } from "./facts.ts";
import type { FailureDetails } from "./failure.ts";
import { listenOn } from "./listen-on.ts";
import type { ScopedEvent } from "./received-event.ts";
import type { ScopeCore } from "./scope-core.ts";
import type { Sla } from "./sla.ts";
import { type Condition, safelyAccepts } from "./where.ts";
import { forgotten, unchecked } from "./window.ts";

/** A wait whose time is up. */
export interface WaitInVain {
  readonly scope: ScopeCore;
  readonly channel: string;
  readonly condition: Condition;
  readonly sla: Sla;
  /** Monotonic. */
  readonly startedAt: number;
  readonly signal: AbortSignal;
  /** Whether this event, which came after all, ends the wait: it had come in time, and was only still being checked. */
  readonly takeInTime: (event: ScopedEvent) => boolean;
}

/** Why an event did not come. */
export interface WhyInVain {
  readonly code: VerdictCode;
  readonly detail: string;
  /** What decides about the hint of that code, where something does. */
  readonly circumstance?: Circumstance;
  /** What is known whatever the code. */
  readonly more: Partial<FailureDetails>;
}

/**
 * Which kind of red it is when an event did not come in time, and all that is known about why: whether it came late, what
 * came instead, what still waits somewhere. Undefined when it ended the wait after all. Rejects when it is aborted.
 */
export async function whyInVain(wait: WaitInVain): Promise<WhyInVain | undefined> {
  const { sla, signal } = wait;
  const { came, assessment } = await listenOn(wait);
  signal.throwIfAborted();
  if (came === "ended") return undefined;
  const late = came && { event: came, by: came.entry.arrivedAt - sla.deadline.at };
  const { code, detail, cause, circumstance } = judge(wait, late);
  return {
    code,
    detail,
    ...(circumstance && { circumstance }),
    more: {
      ...(late && { late: [late] }),
      // what still waits somewhere may be why it did not come
      ...(assessment && { assessment }),
      ...(cause !== undefined && { cause }),
    },
  };
}

/** Which kind of red a timeout is. */
function judge(
  wait: WaitInVain,
  late: { event: ScopedEvent; by: number } | undefined,
): { code: VerdictCode; detail: string; cause?: unknown; circumstance?: Circumstance } {
  const { scope, channel, condition, startedAt } = wait;
  const { intakes } = scope.harness;
  const awaited = condition.any ? `an event on ${channel}` : `this event on ${channel}`;
  if (late !== undefined) return { code: "SLA_VIOLATED", detail: `${awaited} came ${formatDuration(late.by)} late` };
  const intake = intakes.get(channel);
  const refused = [...scope.refused(channel)].find(({ sequence }) => !scope.isClaimed(sequence));
  if (refused !== undefined) {
    return {
      code: refused.why === "could not decode" ? "COULD_NOT_DECODE" : "SCHEMA_MISMATCH",
      detail: `an event came on ${channel}, but ${refused.problems.join("; ")}`,
      ...(refused.cause !== undefined && { cause: refused.cause }),
    };
  }
  if (intake?.deafAt !== undefined && (intake.state === "deaf" || intake.deafAt >= startedAt)) {
    return {
      code: "LISTENER_DEAF",
      detail: `${awaited} did not come, and its listener had lost the broker`,
      cause: intake.failure,
    };
  }
  const unheard = unheardOf(scope);
  if (unheard.length > 0 && unheard.length === scope.sent.length) {
    const where = [...new Set(unheard.map((sent) => sent.channel))].join(", ");
    return { code: "UNHEARD", detail: `${awaited} did not come: what was sent reached nobody (${where})` };
  }
  const obstacle = unchecked(scope, channel) ?? forgotten(scope);
  if (obstacle !== undefined) return { code: "UNKNOWN", detail: `${awaited} did not come, but ${obstacle}` };
  const events = [...scope.events(channel)];
  const others = events.filter((event) => !event.claimed);
  if (others.some((event) => isWrongContent(scope, condition, event))) {
    return {
      code: "WRONG_CONTENT",
      detail: `${awaited} did not come, but ${others.length === 1 ? "another" : `${others.length} others`} did`,
    };
  }
  const taken = events.filter((event) => event.claimed && safelyAccepts(condition, event)).length;
  if (taken > 0) return { code: "SLA_VIOLATED", detail: onceMore(wait, taken), circumstance: "taken already" };
  return { code: "SLA_VIOLATED", detail: `${awaited} did not come` };
}

/** `taken`: how many came that earlier waits took. */
function onceMore({ channel, condition }: WaitInVain, taken: number): string {
  const awaited = condition.any
    ? `another event on ${channel} did not come`
    : `this event on ${channel} did not come again`;
  return taken === 1
    ? `${awaited}: an earlier wait took the one that came`
    : `${awaited}: earlier waits took the ${taken} that came`;
}

/** An unclaimed event that this scope caused, or that agrees with the match in some field, is the awaited one gone wrong. */
function isWrongContent(scope: ScopeCore, condition: Condition, event: ScopedEvent): boolean {
  if (scope.belongs(event.entry) === "mine") return true;
  if (condition.match === undefined) return scope.ambiguity() === undefined;
  const { differences, compared } = compare(condition.match, event.payload);
  return differences.length < compared;
}
