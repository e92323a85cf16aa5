import type { VerdictCode } from "../errors.ts";
import { compare } from "../journal/index.ts";
import { formatDuration } from "../time/index.ts";
import { assessBriefly, unheardOf } from "./facts.ts";
import type { FailureDetails } from "./failure.ts";
import type { ScopedEvent } from "./received-event.ts";
import type { ScopeCore } from "./scope-core.ts";
import type { Sla } from "./sla.ts";
import type { Condition } from "./where.ts";
import { forgotten, unchecked } from "./window.ts";

/** How long after a timeout a wait listens on, to say that the event came late. */
const longestListenOn = 1_000;

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

/**
 * Which kind of red it is when an event did not come in time, and all that is known about why: whether it came late, what
 * came instead, what still waits somewhere. Undefined when it ended the wait after all. Rejects when it is aborted.
 */
export async function whyInVain(
  wait: WaitInVain,
): Promise<{ code: VerdictCode; detail: string; more: Partial<FailureDetails> } | undefined> {
  const { scope, channel, condition, sla, startedAt, signal, takeInTime } = wait;
  const length = timeToListenOn(scope, sla.within);
  const found = await listenOn(scope, channel, condition, length, signal, takeInTime);
  if (found === "ended") return undefined;
  signal.throwIfAborted();
  const late = found && { event: found, by: found.entry.arrivedAt - sla.deadline.at };
  // what still waits somewhere may be why it did not come
  const assessment = late === undefined ? await assessBriefly(scope, signal) : undefined;
  signal.throwIfAborted();
  const { code, detail, cause } = judge(scope, channel, condition, startedAt, late);
  return {
    code,
    detail,
    more: {
      ...(late && { late: [late] }),
      ...(assessment && { assessment }),
      ...(cause !== undefined && { cause }),
    },
  };
}

/** How long it may listen on: not longer than the SLA itself, nor than the runner leaves. */
function timeToListenOn({ cap, harness }: ScopeCore, within: number): number {
  const left = cap === undefined ? longestListenOn : Math.max(0, cap.at - harness.clock.now());
  return Math.min(longestListenOn, within, left);
}

/**
 * After the deadline: waits a little longer, only to be able to say that the event came late. `takeInTime` may still end
 * the wait by one that did not.
 */
function listenOn(
  scope: ScopeCore,
  channel: string,
  condition: Condition,
  length: number,
  signal: AbortSignal,
  takeInTime: (event: ScopedEvent) => boolean,
): Promise<ScopedEvent | "ended" | undefined> {
  const { clock, journal } = scope.harness;
  return new Promise((resolve) => {
    const end = (how?: ScopedEvent | "ended") => {
      watch[Symbol.dispose]();
      timer[Symbol.dispose]();
      signal.removeEventListener("abort", onAbort);
      resolve(how);
    };
    const onAbort = () => {
      end();
    };
    const watch = journal.watch({ channel, kinds: ["received"] }, (entry) => {
      const event = entry.kind === "received" ? scope.event(entry) : undefined;
      if (event === undefined || event.claimed) return;
      if (takeInTime(event)) end("ended");
      else if (safelyAccepts(condition, event)) end(event);
    });
    const timer = clock.timer(length, () => {
      end();
    });
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

/** For events after the verdict: a predicate that throws now changes nothing any more. */
function safelyAccepts(condition: Condition, event: ScopedEvent): boolean {
  try {
    return condition.accepts(event);
  } catch {
    return false;
  }
}

/** Which kind of red a timeout is. */
function judge(
  scope: ScopeCore,
  channel: string,
  condition: Condition,
  startedAt: number,
  late: { event: ScopedEvent; by: number } | undefined,
): { code: VerdictCode; detail: string; cause?: unknown } {
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
  const others = [...scope.events(channel)].filter((event) => !event.claimed);
  if (others.some((event) => isWrongContent(scope, condition, event))) {
    return {
      code: "WRONG_CONTENT",
      detail: `${awaited} did not come, but ${others.length === 1 ? "another" : `${others.length} others`} did`,
    };
  }
  return { code: "SLA_VIOLATED", detail: `${awaited} did not come` };
}

/** An unclaimed event that this scope caused, or that agrees with the match in some field, is the awaited one gone wrong. */
function isWrongContent(scope: ScopeCore, condition: Condition, event: ScopedEvent): boolean {
  if (scope.belongs(event.entry) === "mine") return true;
  if (condition.match === undefined) return scope.ambiguity() === undefined;
  const { differences, compared } = compare(condition.match, event.payload);
  return differences.length < compared;
}
