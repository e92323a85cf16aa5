import { wakefulError } from "../errors.ts";
import { type Clock, Deadline, defaultSchedule, Waker } from "../time/index.ts";
import { lineMatcher } from "./log-book.ts";
import { describeReady, lookReady, type ReadinessCheck } from "./readiness.ts";

const shortestLook = 50;
const longestFirstLook = 2_000;
const linesShown = 30;

export interface AwaitReadyOptions<System> {
  /** For the failure. */
  readonly name: string;
  readonly check: ReadinessCheck<System>;
  /** ms */
  readonly within: number;
  readonly clock: Clock;
  /** Aborted with the reason why waiting makes no sense any more: the process has ended, the start was cancelled. */
  readonly over: AbortSignal;
}

/**
 * Looks until the system is ready: at once, when its line is logged, and on the default schedule. A look that hangs is cut off,
 * the first ones after 2 s, later ones after as long as was waited already, so that a slow check gets its answer too.
 *
 * Rejects with `SYSTEM_NOT_READY`, with the last answer and the log, or with the reason of `over`.
 */
export async function awaitReady<System>(options: AwaitReadyOptions<System>): Promise<void> {
  const { name, check, within, clock, over } = options;
  const deadline = new Deadline(clock, within);
  const waker = new Waker(clock);
  const { ready } = check;
  const matches = typeof ready === "object" && "log" in ready ? lineMatcher(ready.log) : () => false;
  using lines = check.log.listen(({ text }) => {
    if (matches(text)) waker.wake();
  });
  void lines;
  over.addEventListener("abort", waker.wake, { once: true });
  try {
    let last = "";
    for (let number = 1; ; number++) {
      const began = clock.now();
      const patience = Math.max(longestFirstLook, began - deadline.startedAt);
      const limit = Math.max(shortestLook, Math.min(patience, deadline.remaining()));
      const problem = await lookReady(check, { limit, clock, over });
      if (problem === undefined) return;
      last = problem;
      const [now, remaining] = [clock.now(), deadline.remaining()];
      if (remaining === 0) {
        const log = check.log.textsSince(check.since).slice(-linesShown);
        const waited = now - deadline.startedAt;
        throw wakefulError("SYSTEM_NOT_READY", { system: name, waited, check: describeReady(check), last, log });
      }
      const rest = defaultSchedule({ number, elapsed: now - deadline.startedAt, lastLook: now - began });
      await waker.rest(Math.min(rest, remaining));
      over.throwIfAborted();
    }
  } finally {
    over.removeEventListener("abort", waker.wake);
  }
}
