import { type VerdictCode } from "../errors.ts";
import { type Clock, formatDuration, milliseconds, Waker } from "../time/index.ts";
import { assess, workFacts } from "./facts.ts";
import { failure, type FailureDetails } from "./failure.ts";
import { rounds } from "./rounds.ts";
import type { ScopeCore } from "./scope-core.ts";
import { slaOf } from "./sla.ts";
import type { SettledOptions, Settlement } from "./types.ts";
import { obscured } from "./window.ts";

const what = "settled";

/** Waits until nothing that the scope caused is waiting or being worked on. */
export async function awaitSettled(
  scope: ScopeCore,
  options: SettledOptions | undefined,
  signal: AbortSignal,
): Promise<Settlement> {
  const { clock } = scope.harness;
  const startedAt = clock.now();
  const sla = slaOf(scope, options?.within === undefined ? undefined : { within: options.within });
  const red = (code: VerdictCode, detail: string, more: Partial<FailureDetails> = {}) =>
    failure(scope, { code, detail, what, sla, startedAt, ...more });
  if (options?.quiet !== undefined) {
    return await awaitQuiet(
      scope,
      milliseconds(options.quiet, "quiet"),
      startedAt,
      sla.deadline.remaining(),
      signal,
      red,
    );
  }
  const before = () => {
    const obstacle = obscured(scope, undefined, startedAt);
    if (obstacle !== undefined) throw red("UNKNOWN", obstacle);
  };
  for await (const round of rounds(scope, workFacts, sla.deadline, signal, before)) {
    const { unknowable, busy, unheard, passed } = round;
    if (unheard[0] !== undefined) {
      throw red("UNHEARD", `what was sent to ${unheard[0].channel} reached nobody: there is nothing to settle`, {
        assessment: round,
      });
    }
    const reasons = workFacts.flatMap((fact) => unknowable.get(fact) ?? []);
    if (reasons.length > 0) {
      throw red("NOT_KNOWABLE", `whether the work is done cannot be known: ${[...new Set(reasons)].join("; ")}`, {
        assessment: round,
      });
    }
    if (round.stable) {
      const waited = clock.now() - startedAt;
      scope.harness.journal.append({
        kind: "verdict",
        scope: scope.id,
        what,
        outcome: "green",
        detail: `${round.number} rounds`,
        took: waited,
        within: sla.within,
      });
      return { how: "proved", rounds: round.number, waited };
    }
    if (passed === undefined) continue;
    const more = { lateness: passed.lateness, assessment: round };
    if (sla.deadline.cap !== undefined) {
      throw red("NOT_JUDGED", `${sla.deadline.cap.name} came before the SLA of ${formatDuration(sla.within)}`, more);
    }
    throw red(
      "SLA_VIOLATED",
      `not settled after ${formatDuration(sla.within)}: ${busy.join("; ") || "events kept coming"}`,
      more,
    );
  }
  throw new TypeError("unreachable: rounds never end by themselves");
}

/** The declared heuristic: nothing of the scope for `quiet` milliseconds. */
async function awaitQuiet(
  scope: ScopeCore,
  quiet: number,
  startedAt: number,
  atMost: number,
  signal: AbortSignal,
  red: (code: VerdictCode, detail: string) => Error,
): Promise<Settlement> {
  const { clock, journal } = scope.harness;
  const waker = new Waker(clock);
  let lastActivity = clock.now();
  using resources = new DisposableStack();
  resources.use(
    journal.watch({ kinds: ["received", "refused", "sent", "log"] }, (entry) => {
      const mine = entry.kind === "received" || entry.kind === "refused" ? scope.belongs(entry) !== "foreign" : true;
      if (!mine) return;
      lastActivity = entry.at;
    }),
  );
  signal.addEventListener("abort", waker.wake, { once: true });
  resources.defer(() => {
    signal.removeEventListener("abort", waker.wake);
  });
  for (let round = 1; ; round++) {
    signal.throwIfAborted();
    const now = clock.now();
    if (now - lastActivity >= quiet) return { how: "quiet", rounds: round, waited: now - startedAt };
    if (now - startedAt >= atMost) {
      throw red(
        "SLA_VIOLATED",
        `the scope was not quiet for ${formatDuration(quiet)} at any time within ${formatDuration(atMost)}`,
      );
    }
    await waker.rest(Math.min(quiet - (now - lastActivity), startedAt + atMost - now));
  }
}

/** Whether everything that the scope caused is known to be done now, without waiting for it. */
export async function isSettled(scope: ScopeCore, clock: Clock, signal: AbortSignal): Promise<boolean> {
  const timeout = new AbortController();
  using timer = clock.timer(200, () => {
    timeout.abort();
  });
  void timer;
  try {
    const { holding } = await Promise.race([
      assess(scope, AbortSignal.any([signal, timeout.signal])),
      new Promise<never>((_, reject) => {
        timeout.signal.addEventListener("abort", () => {
          reject(timeout.signal.reason);
        });
      }),
    ]);
    return workFacts.every((fact) => holding.includes(fact));
  } catch {
    // a broker that does not answer in time: not known to be settled
    return false;
  }
}
