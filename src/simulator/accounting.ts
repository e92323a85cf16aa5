import type { Accounting, Mark, Pending } from "../contracts/index.ts";
import { formatDuration } from "../time/index.ts";
import type { Broker } from "./broker/broker.ts";
import type { Queue } from "./broker/queue.ts";
import { noteOf } from "./notes.ts";
import { nameForPeople } from "./own-listener.ts";

const namedMessages = 20;

/** Exact counts: the simulator knows every message's life. */
export function accountingOf(broker: Broker): Required<Omit<Accounting, "scopeOpened">> {
  const { readByHarness } = broker;
  return {
    // the seed is told where a failure names its source, so that the order can be had again
    name: broker.seed === undefined ? "the simulator" : `the simulator (order seed ${broker.seed})`,
    mark: ({ traceId }): Promise<Mark> =>
      Promise.resolve({
        pending: () => Promise.resolve(pendingOf(broker, traceId)),
        onChange: (listener) => broker.onChange(listener),
      }),
    reached: (messageId) => broker.reached(messageId),
    keptOut(messageId, beside) {
      const origin = broker.activity.origin(messageId);
      if (origin?.keptOutBy === undefined || origin.missed) return false;
      const passed = new Set(beside.flatMap((id) => broker.activity.origin(id)?.passedBy ?? []));
      return origin.keptOutBy.every((filter) => passed.has(filter));
    },
    harnessReads(queue) {
      let reading = true;
      readByHarness.push(queue);
      return {
        [Symbol.dispose]: () => {
          // once: the next one of that name is another reader's
          if (reading) readByHarness.splice(readByHarness.indexOf(queue), 1);
          reading = false;
        },
      };
    },
    notes: (listener) =>
      broker.activity.listen((activity) => {
        const note = noteOf(activity, broker, readByHarness);
        if (note !== undefined) listener(note);
      }),
  };
}

function pendingOf(broker: Broker, traceId: string | undefined): Pending {
  const where: string[] = [];
  let [waiting, inFlight, unacknowledged, undelivered] = [0, 0, 0, 0];
  const deadLetterArns = new Set([
    ...[...broker.queues.values()].flatMap(({ settings }) => settings.redrive?.deadLetterArn ?? []),
    ...[...broker.topics.values()].flatMap((topic) =>
      [...topic.subscriptions.values()].flatMap(({ deadLetterArn }) => deadLetterArn ?? []),
    ),
  ]);
  for (const queue of broker.queues.values()) {
    const counts = queue.tally.sum(traceId);
    const all = counts.ready + counts.delayed + counts["in flight"];
    if (all === 0) continue;
    if (queue.harnessOwned) {
      undelivered += all;
      where.push(`${all} on the way to ${nameForPeople(queue, broker)}`);
    } else if (queue.moveTasks.some(({ status }) => status === "RUNNING")) {
      waiting += all;
      where.push(`${all} waiting on ${queue.name} to be moved on: advance the simulator?`);
    } else if (deadLetterArns.has(queue.arn)) {
      // what a system gave up on is not worked on any more; somebody who reads dead letters still has to get it
      if (queue.consumers.polled) undelivered += all;
      where.push(`${all} given up, on ${queue.name}`);
    } else {
      waiting += counts.ready + counts.delayed;
      inFlight += counts["in flight"];
      unacknowledged += counts["in flight"];
      if (counts.ready > 0)
        where.push(
          `${counts.ready} waiting on ${queue.name}${queue.consumers.parked === 0 ? ", which nobody is polling" : ""}`,
        );
      where.push(...hidden(queue, broker.time.now(), traceId));
    }
  }
  for (const { state, delivery, attempts, lastFailure, triedAt } of broker.http.pending) {
    const { traceId: trace, url } = delivery;
    if (trace === undefined || (traceId !== undefined && trace !== "" && trace !== traceId)) continue;
    if (state === "in flight") inFlight++;
    else waiting++;
    if (where.length >= namedMessages) continue;
    const tried = state === "in flight" ? attempts - 1 : attempts;
    const failed = lastFailure === undefined ? "" : ` (attempt ${tried} failed: ${lastFailure})`;
    const rest = formatDuration(Math.max(0, triedAt - broker.time.now()));
    where.push(
      state === "in flight"
        ? `1 being delivered to ${url}${failed}`
        : `1 waiting for its delivery to ${url}${failed}, for ${rest} more: advance the simulator?`,
    );
  }
  return { waiting, inFlight, unacknowledged, undelivered, exact: true, sampledAt: broker.time.clock.wall(), where };
}

/**
 * "1 in flight on orders (receive 1), not deleted, though orders is polled again: is it acknowledged? Invisible for 27.9 s more: …".
 * A consumer that asks for more may be done with what it has; nobody can know from here.
 */
function hidden(queue: Queue, now: number, traceId: string | undefined): string[] {
  const { name, consumers } = queue;
  const asked =
    consumers.parked > 0
      ? `though ${name} is polled again: is it acknowledged?`
      : "and nobody polls: is it acknowledged, or still worked on?";
  const lines: string[] = [];
  for (const { state, visibleAt, receives, traceId: trace } of queue.messages) {
    if (state !== "in flight" && state !== "delayed") continue;
    if (traceId !== undefined && trace !== "" && trace !== traceId) continue;
    const rest = formatDuration(Math.max(0, (visibleAt ?? now) - now));
    lines.push(
      state === "delayed"
        ? `1 delayed on ${name}, for ${rest} more: advance the simulator?`
        : `1 in flight on ${name} (receive ${receives}), not deleted, ${asked} Invisible for ${rest} more: advance the simulator, or expireVisibility("${name}")?`,
    );
    if (lines.length === namedMessages) break;
  }
  return lines;
}
