import { type VerdictCode, WakefulError } from "../errors.ts";
import { formatDuration } from "../time/index.ts";
import { failure, type FailureDetails } from "./failure.ts";
import type { ScopedEvent } from "./received-event.ts";
import type { ScopeCore } from "./scope-core.ts";
import { slaOf, timingOf } from "./sla.ts";
import { tellDeath, tellEarlierDeath } from "./systems.ts";
import type { WaitOptions } from "./types.ts";
import type { Condition } from "./where.ts";
import { whyInVain } from "./why-in-vain.ts";

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
        red("SLA_VIOLATED", `it ${detail}`, { late: [{ event, by }], zero });
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
        } else red("PROBE_WRONG", `the predicate threw: ${String(cause)}`, { cause, unexpected: [event.entry] });
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
      const explain = async () => {
        const why = await whyInVain({ scope, channel, condition, sla, startedAt, signal, takeInTime });
        if (why === undefined) return;
        const { code, detail, more, circumstance } = why;
        red(code, detail, { lateness, ...more, ...(circumstance && { circumstance }) });
      };
      explain().catch(reject);
    };
    const onDeath = (detail: string) => {
      armed.push(
        clock.timer(afterlife, () => {
          red("SYSTEM_EXITED", detail);
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
      lives.onDeath((death) => {
        onDeath(tellDeath(death, what));
      }),
      { [Symbol.dispose]: () => signal.removeEventListener("abort", onAbort) },
    );
    signal.addEventListener("abort", onAbort, { once: true });
    if (lives.death !== undefined) onDeath(tellEarlierDeath(lives.death, what, startedAt));
  });
}
