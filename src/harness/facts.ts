import type { Pending } from "../contracts/index.ts";
import type { SentEntry, Stamped } from "../journal/index.ts";
import type { ScopeCore } from "./scope-core.ts";
import type { Fact } from "./types.ts";

/** What can be said at one moment about the work that a scope caused. */
export interface Assessment {
  /** Facts that hold. */
  readonly holding: readonly Fact[];
  /** Facts that cannot be known here, with the reason. */
  readonly unknowable: ReadonlyMap<Fact, string>;
  /** Work that is known to be going on, for people: "1 in flight on customer--order-created". */
  readonly busy: readonly string[];
  /** Whether some of it was taken and may have been forgotten: it comes again unless it is acknowledged. */
  readonly unacknowledged: boolean;
  /** What was sent and is known to have reached nobody. */
  readonly unheard: readonly Stamped<SentEntry>[];
  /** Whether a second look found all needed facts too, and nothing came between the two. One look alone never says so. */
  readonly stable: boolean;
}

/** What absence is concluded from. */
export const allFacts: readonly Fact[] = ["heard", "worked off", "finished", "delivered"];

/** What "nothing more comes of it" is concluded from, at a scope's end. Of what reached nobody nothing comes either. */
export const workFacts: readonly Fact[] = ["worked off", "finished", "delivered"];

/** What is known while a broker or a system does not answer. */
export function unanswered(reason: string): Assessment {
  const unknowable = new Map(allFacts.map((fact) => [fact, reason]));
  return { holding: [], unknowable, busy: [], unacknowledged: false, unheard: [], stable: false };
}

/** Whether all work is known to be done: nothing more comes of it. */
export function isDone(assessment: Assessment): boolean {
  const { unknowable, busy, stable } = assessment;
  return stable && seemsDone(assessment) && unknowable.size === 0 && busy.length === 0;
}

/** Whether one look found no work: what goes from one broker to another while they are asked may be with none of them. */
export function seemsDone({ holding }: Assessment): boolean {
  return workFacts.every((fact) => holding.includes(fact));
}

/**
 * Looks at the four facts that absence rests on, once. *Heard*: what the scope sent reached a consumer that is not ours.
 * *Worked off*: nothing of the scope waits or is in flight. *Finished*: then the systems have no work left.
 * *Delivered*: everything published until then is in the journal.
 */
export async function assess(scope: ScopeCore, signal: AbortSignal): Promise<Assessment> {
  const unknowable = new Map<Fact, string>();
  const busy: string[] = [];
  const missing = new Set<Fact>();
  let unacknowledged = false;
  const note = (fact: Fact, reason: string) => {
    missing.add(fact);
    if (!unknowable.has(fact)) unknowable.set(fact, reason);
  };
  const work = (fact: Fact, what: readonly string[]) => {
    missing.add(fact);
    for (const line of what) if (!busy.includes(line)) busy.push(line);
  };

  for (const sent of scope.sent) {
    if (reachedBy(scope, sent) === undefined) note("heard", `${sent.channel} does not say whom an event reached`);
  }
  if (scope.sendsUnderWay > 0) work("worked off", [`${scope.sendsUnderWay} sends under way`]);

  for (const transport of scope.transports) {
    if (transport.accounting === undefined) {
      note("worked off", `${transport.name} has no accounting`);
      note("delivered", `${transport.name} has no accounting`);
    }
  }
  for (const answer of await scope.marks) {
    const pending =
      "mark" in answer ? await ask(() => answer.mark.pending(signal), signal) : { problem: answer.problem };
    if ("problem" in pending) {
      note("worked off", `${answer.accounting.name} could not be asked: ${messageOf(pending.problem)}`);
      note("delivered", `${answer.accounting.name} could not be asked: ${messageOf(pending.problem)}`);
      continue;
    }
    if (!pending.exact) {
      const reason = pending.reason ?? `the counts of ${answer.accounting.name} are not exact`;
      note("worked off", reason);
      note("delivered", reason);
      continue;
    }
    unacknowledged ||= (pending.unacknowledged ?? 0) > 0;
    if (pending.waiting + pending.inFlight > 0) work("worked off", describe(pending));
    if (pending.undelivered > 0) work("delivered", [`${pending.undelivered} on the way to the harness`]);
  }
  if (scope.systems.length === 0) note("finished", "no system was declared to the harness");
  for (const system of scope.systems) {
    if (system.finishesBeforeReply) continue;
    if (system.idle === undefined) note("finished", `${system.name} declares neither finishesBeforeReply nor idle`);
    else if (!missing.has("worked off")) {
      const idle = await ask(() => (system.idle as () => Promise<boolean>)(), signal);
      if (typeof idle === "object") note("finished", `${system.name} could not be asked: ${messageOf(idle.problem)}`);
      else if (!idle) work("finished", [`${system.name} says that it is not idle`]);
    }
  }
  // last: an intake may have taken in what was delivered while the brokers were asked
  if (!scope.intakesIdle) work("delivered", ["events are being checked against their schema"]);
  if (missing.has("worked off")) missing.add("finished");
  const unheard = unheardOf(scope);
  return {
    holding: allFacts.filter((fact) => !missing.has(fact) && (fact !== "heard" || unheard.length === 0)),
    unknowable,
    busy,
    unacknowledged,
    unheard,
    stable: false,
  };
}

/**
 * What the scope sent and is known to have reached nobody until now; but not what systems' filters kept out that each let something
 * else of the scope's pass, on the same channel: so none of them keeps everything out.
 */
export function unheardOf(scope: ScopeCore): readonly Stamped<SentEntry>[] {
  return scope.sent.filter((sent) => reachedBy(scope, sent) === 0 && !isKeptOut(scope, sent));
}

function isKeptOut({ harness, sent }: ScopeCore, { channel, id }: Stamped<SentEntry>): boolean {
  const beside = sent.filter((other) => other.channel === channel && other.id !== id).map((other) => other.id);
  return harness.declarations.get(channel)?.transport.accounting?.keptOut?.(id, beside) ?? false;
}

/** How many consumers that are not ours it reached: the broker may know better by now than when it was sent. */
function reachedBy({ harness, sent }: ScopeCore, entry: Stamped<SentEntry>): number | undefined {
  const { channel, id, reached, duplicate = false } = entry;
  // a broker delivers no duplicate: what reached somebody is the first one, which another scope may have sent
  if (duplicate && !sent.some((first) => first.id === id && first.duplicate !== true)) return 0;
  return harness.declarations.get(channel)?.transport.accounting?.reached?.(id) ?? reached;
}

function describe(pending: Pending): readonly string[] {
  if (pending.where.length > 0) return pending.where;
  return [`${pending.waiting} waiting and ${pending.inFlight} in flight`];
}

async function ask<T>(question: () => Promise<T>, signal: AbortSignal): Promise<T | { problem: unknown }> {
  try {
    return await question();
  } catch (problem) {
    signal.throwIfAborted();
    return { problem };
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
