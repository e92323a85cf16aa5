import type { VerdictCode } from "../errors.ts";
import { ordinal } from "../text/index.ts";
import { formatDuration, Resources, Waker } from "../time/index.ts";
import { type Absence, proveAbsence } from "./absence.ts";
import { failure, type FailureDetails } from "./failure.ts";
import { accepts } from "./none.ts";
import type { ScopedEvent } from "./received-event.ts";
import type { ScopeCore } from "./scope-core.ts";
import { slaOf, timingOf } from "./sla.ts";
import { tellDeath, tellEarlierDeath } from "./systems.ts";
import type { CountOptions } from "./types.ts";
import type { Condition } from "./where.ts";
import { whyInVain } from "./why-in-vain.ts";
import { obscured, unchecked } from "./window.ts";

/**
 * Waits until `count` events of the scope meet the condition, then proves that no more come. Claimed ones count too.
 * One more ends it at once. Claims them only when it is green.
 */
export async function proveExactly(
  scope: ScopeCore,
  channel: string,
  count: number,
  condition: Condition,
  options: CountOptions | undefined,
  signal: AbortSignal,
  origin: () => string,
): Promise<ScopedEvent[]> {
  const { harness } = scope;
  const { clock, journal, lives } = harness;
  const startedAt = clock.now();
  const what = `exactly ${count} on ${channel}`;
  const sla = slaOf(scope, options);
  const deliveries = options?.count === "deliveries";
  const common = { what, channel, condition, sla, startedAt, counted: true };
  const red = (code: VerdictCode, detail: string, more: Partial<FailureDetails> = {}) =>
    failure(scope, { ...common, code, detail, ...more });

  const matching = () => [...scope.events(channel)].filter((event) => accepts(scope, common, event));
  const tally = (events: readonly ScopedEvent[]) =>
    deliveries ? events.reduce((sum, event) => sum + event.deliveries, 0) : events.length;
  const unit = deliveries ? "deliveries" : "events";
  const check = () => {
    const events = matching();
    if (tally(events) > count) {
      throw red("WRONG_COUNT", `${tally(events)} ${unit} came on ${channel}, ${count} expected`, {
        unexpected: events.map(({ entry }) => entry),
      });
    }
    const unclear = condition.any ? events.find((event) => scope.belongs(event.entry) === "unattributed") : undefined;
    const ambiguity = unclear && scope.ambiguity();
    if (ambiguity) throw red("AMBIGUOUS", `an event came on ${channel} that bears no trace, and ${ambiguity}`);
    const overdue = events.flatMap((event, index) => {
      const { overdue: how } = timingOf(scope, sla, event);
      return how === undefined ? [] : [{ ...how, event, which: index + 1 }];
    });
    if (overdue[0] !== undefined) {
      const { which, detail, zero } = overdue[0];
      const one = count === 1 ? "it" : `the ${ordinal(which)} of ${count}`;
      throw red("SLA_VIOLATED", `${one} ${detail}`, { late: overdue, zero });
    }
    return events;
  };
  await untilComplete();
  // what is held to the SLA is how long they took to come; the silence afterwards has a window of its own
  const took = Math.max(0, ...matching().map((event) => timingOf(scope, sla, event).took));
  const window = { ...slaOf(scope, { within: sla.within }), source: sla.source, zero: "the moment when all had come" };
  const absence: Absence = {
    ...common,
    sla: window,
    startedAt: clock.now(),
    origin,
    check,
    contradicts: (event) => accepts(scope, common, event),
    redeliveries: deliveries,
    took,
  };
  await proveAbsence(scope, absence, signal);
  const events = check();
  for (const { sequence } of events) scope.claims.claim(sequence);
  if (deliveries) claimRedeliveries(new Set(events.map(({ sequence }) => sequence)));
  return events;

  function claimRedeliveries(of: ReadonlySet<number>): void {
    for (const entry of journal.channel(channel, scope.from)) {
      if (entry.kind === "received" && of.has(entry.redeliveryOf ?? 0)) scope.claims.claim(entry.sequence);
    }
  }

  async function untilComplete(): Promise<void> {
    const waker = new Waker(clock);
    const earlier = lives.death;
    let passed: { lateness: number } | undefined;
    using resources = new Resources();
    resources.use(journal.watch({ channel, kinds: ["received", "listener"] }, waker.wake));
    resources.use(lives.onDeath(waker.wake));
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
    for (;;) {
      const events = check();
      if (tally(events) === count) return;
      signal.throwIfAborted();
      if (lives.death !== undefined) {
        throw red(
          "SYSTEM_EXITED",
          `${lives.death === earlier ? tellEarlierDeath(earlier, what, startedAt) : tellDeath(lives.death, what)}; ${tally(events)} of ${count} had come`,
        );
      }
      const intake = harness.intakes.get(channel);
      if (intake?.state === "failed")
        throw red("LISTENER_FAILED", `the listener on ${channel} broke`, { cause: intake.failure });
      if (passed !== undefined) {
        const { lateness } = passed;
        if (sla.deadline.cap !== undefined) {
          throw red(
            "NOT_JUDGED",
            `${what}: ${sla.deadline.cap.name} came before the SLA of ${formatDuration(sla.within)}`,
            { lateness },
          );
        }
        const checking = unchecked(scope, channel);
        const obstacle =
          obscured(scope, channel, startedAt) ?? (checking === undefined ? undefined : { what: checking });
        const seen = `${tally(events)} of ${count} ${unit} came on ${channel}`;
        if (obstacle !== undefined) {
          const { what: why, circumstance } = obstacle;
          throw red("UNKNOWN", `${seen}, but ${why}`, { lateness, ...(circumstance && { circumstance }) });
        }
        const wait = { scope, channel, condition, sla, startedAt, signal, takeInTime: () => false };
        const why = await whyInVain(wait);
        // none at all: what came instead, or late, says more than their number
        if (events.length === 0 && why !== undefined) throw red(why.code, why.detail, { lateness, ...why.more });
        throw red("WRONG_COUNT", seen, { lateness, ...why?.more, unexpected: events.map(({ entry }) => entry) });
      }
      await waker.rest();
    }
  }
}
