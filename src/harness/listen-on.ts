import { Deadline, Resources } from "../time/index.ts";
import { type Assessment, isDone, seemsDone, workFacts } from "./facts.ts";
import type { ScopedEvent } from "./received-event.ts";
import { rounds } from "./rounds.ts";
import { safelyAccepts } from "./where.ts";
import type { WaitInVain } from "./why-in-vain.ts";

/** How long after a timeout a wait listens on, to say that the event came late. */
const longestListenOn = 1_000;
/** How long a failure then waits for what brokers and systems can say about it, ms. */
const longestAnswer = 200;

/** What listening on brought. */
export interface Listened {
  /** What came too late; "ended" when the wait was ended by what had come in time. */
  readonly came?: ScopedEvent | "ended";
  /** What was known last; left out where a broker or a system did not answer soon. */
  readonly assessment?: Assessment;
}

/**
 * After the deadline: listens a little longer, only to be able to say that the event came late. No longer than the SLA
 * itself, than the runner leaves, or than something may still come: once all work is known to be done, nothing does.
 */
export async function listenOn(wait: WaitInVain): Promise<Listened> {
  const { scope, sla, signal } = wait;
  const { clock } = scope.harness;
  const left = scope.cap === undefined ? Number.POSITIVE_INFINITY : Math.max(0, scope.cap.at - clock.now());
  const length = Math.min(longestListenOn, sla.within, left);
  const over = new AbortController();
  using resources = new Resources();
  resources.defer(() => {
    over.abort();
  });
  const came = new Promise<Listened>((resolve) => {
    resources.use(watchFor(wait, (event) => resolve({ came: event })));
  });
  const silence = new Promise<Listened>((resolve) => {
    resources.use(clock.timer(Math.min(length + longestAnswer, left), () => resolve({})));
  });
  return await Promise.race([came, silence, whatIsKnown(wait, length, AbortSignal.any([signal, over.signal]))]);
}

function watchFor(wait: WaitInVain, end: (event: ScopedEvent | "ended") => void): Disposable {
  const { scope, channel, condition, takeInTime } = wait;
  return scope.harness.journal.watch({ channel, kinds: ["received"] }, (entry) => {
    const event = entry.kind === "received" ? scope.event(entry) : undefined;
    if (event === undefined || event.claimed) return;
    if (takeInTime(event)) end("ended");
    else if (safelyAccepts(condition, event)) end(event);
  });
}

/** Until nothing more can come, or the time is up. */
async function whatIsKnown({ scope }: WaitInVain, length: number, signal: AbortSignal): Promise<Listened> {
  const deadline = new Deadline(scope.harness.clock, length);
  for await (const round of rounds(scope, workFacts, deadline, signal, () => undefined)) {
    // what is seen done for the first time when the time is up is looked at once more before it is told
    const unconfirmed = seemsDone(round) && !round.stable;
    if (isDone(round) || (round.passed !== undefined && !unconfirmed)) return { assessment: round };
  }
  throw new TypeError("unreachable: rounds never end by themselves");
}
