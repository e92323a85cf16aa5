import { type Clock, type Deadline, defaultSchedule, Resources, Waker } from "../time/index.ts";
import { type Assessment, assess, unanswered } from "./facts.ts";
import type { Fact } from "./types.ts";
import type { ScopeCore } from "./scope-core.ts";

/** How long after the deadline brokers and systems may still take to answer. */
const answerGrace = 1_000;
/** After a cap the time belongs to whoever set it. */
const answerGraceUnderCap = 50;

/** One look at the facts. */
export interface Round extends Assessment {
  /** Counts from 1. */
  readonly number: number;
  /** Set once the deadline has passed: this is the last round. */
  readonly passed: { readonly lateness: number } | undefined;
}

/**
 * Looks at the facts again and again: whenever something happened, on a schedule while work is known to be going on, and
 * a second time at once when the needed facts hold.
 * The consumer breaks off when it has seen enough. `before` runs first in each round, and may throw.
 */
export async function* rounds(
  scope: ScopeCore,
  needed: readonly Fact[],
  deadline: Deadline,
  signal: AbortSignal,
  before: () => void,
): AsyncGenerator<Round, never> {
  const { clock, journal } = scope.harness;
  const startedAt = clock.now();
  const waker = new Waker(clock);
  let passed: { lateness: number } | undefined;
  using resources = new Resources();
  // entries that may concern the scope; what systems log, or other tests do, unsettles nothing
  let entries = 0;
  resources.use(
    journal.watch({ kinds: ["received", "refused", "listener", "system", "sent"] }, (entry) => {
      if ((entry.kind === "received" || entry.kind === "refused") && scope.belongs(entry) === "foreign") return;
      if (entry.kind === "sent" && entry.scope !== scope.id) return;
      entries++;
      waker.wake();
    }),
  );
  resources.use(
    deadline.whenPassed((how) => {
      passed = how;
      waker.wake();
    }),
  );
  signal.addEventListener("abort", waker.wake, { once: true });
  resources.defer(() => {
    signal.removeEventListener("abort", waker.wake);
  });
  void scope.marks.then((answers) => {
    for (const answer of answers) {
      const change = "mark" in answer ? answer.mark.onChange?.(waker.wake) : undefined;
      if (change === undefined) continue;
      if (resources.disposed) change[Symbol.dispose]();
      else resources.use(change);
    }
  });

  let heldAt: number | undefined;
  for (let number = 1; ; number++) {
    signal.throwIfAborted();
    before();
    const start = entries;
    const last = passed;
    const answer = await bounded(clock, deadline, signal, assess(scope, signal));
    const assessment = answer ?? unanswered("a broker or a system did not answer when it was asked");
    signal.throwIfAborted();
    before();
    const holds = needed.every((fact) => assessment.holding.includes(fact));
    const stable = holds && heldAt === entries;
    heldAt = holds && start === entries ? start : undefined;
    yield { ...assessment, number, stable, passed: answer === undefined ? passed : last };
    if (holds && !stable) await clock.turn();
    else {
      // work in hand may end without a call-back, so it is asked for again; what cannot be known need not be
      const rest =
        assessment.busy.length > 0
          ? defaultSchedule({ number, elapsed: clock.now() - startedAt, lastLook: 0 })
          : undefined;
      await waker.rest(rest);
    }
  }
}

/** The assessment, or undefined when it did not come until some time after the deadline, or an abort. */
async function bounded(
  clock: Clock,
  deadline: Deadline,
  signal: AbortSignal,
  assessment: Promise<Assessment>,
): Promise<Assessment | undefined> {
  using resources = new Resources();
  const silence = new Promise<undefined>((resolve) => {
    const onAbort = () => {
      resolve(undefined);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    resources.defer(() => {
      signal.removeEventListener("abort", onAbort);
    });
    resources.use(
      deadline.whenPassed(() => {
        const grace = deadline.cap === undefined ? answerGrace : answerGraceUnderCap;
        const timer = clock.timer(grace, () => {
          resolve(undefined);
        });
        if (resources.disposed) timer[Symbol.dispose]();
        else resources.use(timer);
      }),
    );
  });
  return await Promise.race([assessment, silence]);
}
