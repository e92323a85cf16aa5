import { type VerdictCode } from "../errors.ts";
import { Deadline, formatDuration, milliseconds, Resources, Waker } from "../time/index.ts";
import { allFacts, unheardOf, workFacts } from "./facts.ts";
import { failure, type FailureDetails } from "./failure.ts";
import { rounds } from "./rounds.ts";
import type { ScopeCore } from "./scope-core.ts";
import { type Sla, slaOf } from "./sla.ts";
import type { SettledOptions, Settlement } from "./types.ts";
import { obscured } from "./window.ts";

const what = "settled";
/** How long a scope's end waits, at most, for what is on its way to the harness, ms. */
const longestEnd = 200;

/** One wait for the end of all work. */
interface Settling {
  readonly scope: ScopeCore;
  readonly sla: Sla;
  readonly startedAt: number;
  readonly signal: AbortSignal;
  readonly red: (code: VerdictCode, detail: string, more?: Partial<FailureDetails>) => Error;
}

/** Waits until nothing that the scope caused is waiting or being worked on. */
export async function awaitSettled(
  scope: ScopeCore,
  options: SettledOptions | undefined,
  signal: AbortSignal,
): Promise<Settlement> {
  const { clock } = scope.harness;
  const startedAt = clock.now();
  const sla = slaOf(scope, options?.within === undefined ? undefined : { within: options.within });
  const red: Settling["red"] = (code, detail, more = {}) =>
    failure(scope, { code, detail, what, sla, startedAt, ...more });
  const settling = { scope, sla, startedAt, signal, red };
  const settlement =
    options?.quiet === undefined
      ? await byFacts(settling)
      : await byQuiet(settling, milliseconds(options.quiet, "quiet"));
  const faults = scope.faults.hit();
  const proof =
    settlement.how === "proved" ? `${settlement.rounds} rounds` : `quiet for ${formatDuration(settlement.quiet)}`;
  const detail = [proof, ...faults.map((fault) => `under a fault: ${fault}`)].join("; ");
  const { how, rounds: count, waited } = settlement;
  scope.tell({ what, outcome: "green", detail, took: waited, within: sla.within });
  return { how, rounds: count, waited, ...(faults.length > 0 && { faults }) };
}

async function byFacts(settling: Settling) {
  const { scope, sla, startedAt, signal, red } = settling;
  const before = () => {
    checkWindow(settling);
  };
  for await (const round of rounds(scope, allFacts, sla.deadline, signal, before)) {
    const { unknowable, busy, unheard, passed } = round;
    // what still waits somewhere may be taken by somebody yet
    if (unheard[0] !== undefined && (busy.length === 0 || passed !== undefined)) {
      throw red("UNHEARD", `what was sent to ${unheard[0].channel} reached nobody: there is nothing to settle`, {
        assessment: round,
      });
    }
    if (unknowable.size > 0) {
      const reasons = [...new Set(unknowable.values())].join("; ");
      const more = { assessment: round, ...(passed && { lateness: passed.lateness }) };
      // an answer that did not come within the runner's time says nothing about what can be known
      if (passed !== undefined && sla.deadline.cap !== undefined) throw notJudged(settling, more);
      throw red("NOT_KNOWABLE", `whether the work is done cannot be known: ${reasons}`, more);
    }
    if (round.stable) {
      return { how: "proved" as const, rounds: round.number, waited: scope.harness.clock.now() - startedAt };
    }
    if (passed === undefined) continue;
    const more = { lateness: passed.lateness, assessment: round };
    if (sla.deadline.cap !== undefined) throw notJudged(settling, more);
    throw red(
      "SLA_VIOLATED",
      `not settled after ${formatDuration(sla.within)}: ${busy.join("; ") || "events kept coming"}`,
      more,
    );
  }
  throw new TypeError("unreachable: rounds never end by themselves");
}

/** The declared heuristic: nothing of the scope for `quiet` milliseconds, while all could be heard. */
async function byQuiet(settling: Settling, quiet: number) {
  const { scope, sla, startedAt, signal, red } = settling;
  const { clock, journal } = scope.harness;
  const waker = new Waker(clock);
  let lastActivity = clock.now();
  let passed: { readonly lateness: number } | undefined;
  using resources = new Resources();
  resources.use(
    journal.watch({ kinds: ["received", "refused", "sent", "log", "listener", "system"] }, (entry) => {
      if ((entry.kind === "received" || entry.kind === "refused") && scope.belongs(entry) === "foreign") return;
      if (entry.kind === "sent" && entry.scope !== scope.id) return;
      lastActivity = entry.at;
      // the end of the rest is counted anew anyway; what obscures the silence is told at once
      if (entry.kind === "listener" || entry.kind === "system") waker.wake();
    }),
  );
  resources.use(
    sla.deadline.whenPassed((how) => {
      passed = how;
      waker.wake();
    }),
  );
  signal.addEventListener("abort", waker.wake, { once: true });
  resources.defer(() => {
    signal.removeEventListener("abort", waker.wake);
  });
  for (let round = 1; ; round++) {
    signal.throwIfAborted();
    checkWindow(settling);
    const now = clock.now();
    if (scope.sendsUnderWay > 0 || !scope.intakesIdle) lastActivity = now;
    const left = quiet - (now - lastActivity);
    if (left <= 0) {
      const [unheard] = unheardOf(scope);
      if (unheard === undefined) return { how: "quiet" as const, rounds: round, waited: now - startedAt, quiet };
      throw red("UNHEARD", `what was sent to ${unheard.channel} reached nobody: there is nothing to settle`);
    }
    if (passed !== undefined) {
      if (sla.deadline.cap !== undefined) throw notJudged(settling, passed);
      throw red(
        "SLA_VIOLATED",
        `the scope was not quiet for ${formatDuration(quiet)} at any time within ${formatDuration(sla.within)}`,
        passed,
      );
    }
    await waker.rest(left);
  }
}

function checkWindow({ scope, startedAt, red }: Settling): void {
  const obstacle = obscured(scope, undefined, startedAt);
  if (obstacle !== undefined) throw red("UNKNOWN", obstacle.what);
}

function notJudged({ sla, red }: Settling, more: Partial<FailureDetails>): Error {
  const { deadline, within } = sla;
  return red("NOT_JUDGED", `${deadline.cap?.name} came before the SLA of ${formatDuration(within)}`, more);
}

/**
 * At a scope's end: whether everything that it caused is known to be done. What is known to be on its way to the harness
 * is waited for, so that it is judged with its scope; nothing else is.
 */
export async function settledAtEnd(scope: ScopeCore): Promise<boolean> {
  const { clock } = scope.harness;
  const deadline = new Deadline(clock, Infinity, {
    cap: { at: clock.now() + longestEnd, name: "the scope's end" },
    debugged: () => false,
  });
  for await (const round of rounds(scope, workFacts, deadline, new AbortController().signal, () => undefined)) {
    const { holding, unknowable, passed } = round;
    if (holding.includes("delivered") || unknowable.has("delivered") || passed !== undefined)
      return workFacts.every((fact) => holding.includes(fact));
  }
  throw new TypeError("unreachable: rounds never end by themselves");
}
