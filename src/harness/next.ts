import { type VerdictCode, WakefulError } from "../errors.ts";
import { compare } from "../journal/index.ts";
import { formatDuration } from "../time/index.ts";
import { assessBriefly, unheardOf } from "./facts.ts";
import { failure, type FailureDetails } from "./failure.ts";
import type { ScopedEvent } from "./received-event.ts";
import type { ScopeCore } from "./scope-core.ts";
import { slaOf, timingOf } from "./sla.ts";
import { formatExit, type Death } from "./systems.ts";
import type { WaitOptions } from "./types.ts";
import type { Condition } from "./where.ts";
import { forgotten, unchecked } from "./window.ts";

/** How long after a timeout the wait listens on, to say that the event came late. */
const longestListenOn = 1_000;
/** How long events that a dead system published may still be on their way. */
const afterlife = 100;

/**
 * Waits for the earliest unclaimed event that meets the condition, and claims it. The journal tells of each new event in
 * the order in which the waits registered, so concurrent waits are served in the order of their calls.
 */
export function awaitNext(
  scope: ScopeCore,
  channel: string,
  condition: Condition,
  options: WaitOptions | undefined,
  signal: AbortSignal,
): Promise<ScopedEvent> {
  const { harness } = scope;
  const { clock, journal, lives } = harness;
  const what = `next on ${channel}`;
  const sla = slaOf(scope, options);
  const startedAt = clock.now();
  const armed: Disposable[] = [];

  return new Promise<ScopedEvent>((resolve, reject) => {
    let over = false;
    const end = () => {
      over = true;
      for (const disposable of armed.splice(0)) disposable[Symbol.dispose]();
    };
    const red = (code: VerdictCode, detail: string, more: Partial<FailureDetails> = {}) => {
      end();
      reject(failure(scope, { code, detail, what, channel, condition, sla, startedAt, ...more }));
    };
    const green = (event: ScopedEvent) => {
      end();
      const { took, overdue } = timingOf(scope, sla, event);
      if (overdue !== undefined) {
        const { by, zero, detail } = overdue;
        red("SLA_VIOLATED", detail, { late: [{ event, by }], zero });
        return;
      }
      scope.claims.claim(event.sequence);
      scope.tell({ what, outcome: "green", detail: `#${event.sequence}`, took, within: sla.within });
      resolve(event);
    };
    /** Whether this event ended the wait. */
    const consider = (event: ScopedEvent): boolean => {
      if (event.claimed) return false;
      let accepted: boolean;
      try {
        accepted = condition.accepts(event);
      } catch (cause) {
        if (cause instanceof WakefulError) {
          end();
          reject(cause);
        } else red("PROBE_WRONG", `the predicate threw: ${String(cause)}`, { cause });
        return true;
      }
      if (!accepted) return false;
      const ambiguity = condition.any && scope.belongs(event.entry) === "unattributed" ? scope.ambiguity() : undefined;
      if (ambiguity === undefined) green(event);
      else red("AMBIGUOUS", `an event came on ${channel} that bears no trace, and ${ambiguity}`);
      return true;
    };

    // W1: what is there already
    for (const event of scope.events(channel)) if (consider(event)) return;
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const intake = harness.intakes.get(channel);
    if (intake?.state === "failed") {
      red("LISTENER_FAILED", `the listener on ${channel} broke`, { cause: intake.failure });
      return;
    }

    const onTimeout = ({ lateness }: { lateness: number }) => {
      end();
      if (sla.deadline.cap !== undefined) {
        red(
          "NOT_JUDGED",
          `${what}: ${sla.deadline.cap.name} came after ${formatDuration(clock.now() - startedAt)}, before the SLA of ${formatDuration(sla.within)}`,
          { lateness },
        );
        return;
      }
      // an event that had come in time, and was only still being checked, is taken as ever
      const takeInTime = (event: ScopedEvent) => event.entry.arrivedAt <= sla.deadline.at && consider(event);
      const length = timeToListenOn(scope, sla.within);
      const explain = async () => {
        const found = await listenOn(scope, channel, condition, length, signal, takeInTime);
        if (found === "ended") return;
        signal.throwIfAborted();
        const late = found && { event: found, by: found.entry.arrivedAt - sla.deadline.at };
        // what still waits somewhere may be why it did not come
        const assessment = late === undefined ? await assessBriefly(scope, signal) : undefined;
        signal.throwIfAborted();
        const { code, detail, cause } = judge(scope, channel, condition, startedAt, late);
        red(code, detail, {
          lateness,
          ...(late && { late: [late] }),
          ...(assessment && { assessment }),
          ...(cause !== undefined && { cause }),
        });
      };
      explain().catch(reject);
    };
    const onDeath = (death: Death) => {
      armed.push(
        clock.timer(afterlife, () => {
          red("SYSTEM_EXITED", `${death.system} ended (${formatExit(death.exit)}) while ${what} was waiting`, {});
        }),
      );
    };
    const onAbort = () => {
      end();
      reject(signal.reason);
    };
    armed.push(
      journal.watch({ channel, kinds: ["received", "listener"] }, (entry) => {
        if (over) return;
        if (entry.kind === "received") {
          const event = scope.event(entry);
          if (event !== undefined) consider(event);
        } else if (entry.kind === "listener" && entry.state === "failed") {
          red("LISTENER_FAILED", `the listener on ${channel} broke`, { cause: entry.cause });
        }
      }),
      sla.deadline.whenPassed(onTimeout),
      lives.onDeath(onDeath),
      { [Symbol.dispose]: () => signal.removeEventListener("abort", onAbort) },
    );
    signal.addEventListener("abort", onAbort, { once: true });
    if (lives.death !== undefined) onDeath(lives.death);
  });
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
