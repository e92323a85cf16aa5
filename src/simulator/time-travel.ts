import { wakefulError } from "../errors.ts";
import { counted } from "../text/index.ts";
import { formatDuration, Waker } from "../time/index.ts";
import type { Broker } from "./broker/broker.ts";
import { nameForPeople } from "./own-listener.ts";

const longestStep = 1_000;
/** A consumer that comes back sooner is not one that is waited for: a day has thousands of ends of long polls. */
const prompt = 100;
const longestWait = 10_000;

/** What moving the time did. */
export interface Advance {
  /** Virtual milliseconds. */
  readonly by: number;
  /** How many moments with deadlines it stopped at. */
  readonly steps: number;
  /** Real milliseconds. */
  readonly took: number;
  /** Consumers that had not come back to their polls when time moved on, for people. */
  readonly notSettled: readonly string[];
}

/** One move of the time, under way. */
interface Walk {
  steps: number;
  /** Real milliseconds that consumers were waited for who did not come back promptly. */
  waited: number;
  readonly notSettled: Set<string>;
}

/**
 * Moves the time on, from deadline to deadline. Before each step everything visible is received and the consumers of
 * queues polled in the last real second have come back to their polls, so that three retries really happen three times.
 */
export class TimeTravel {
  readonly #broker: Broker;
  readonly #scopes: ReadonlySet<{ readonly name: string }>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(broker: Broker, scopes: ReadonlySet<{ readonly name: string }>) {
    this.#broker = broker;
    this.#scopes = scopes;
  }

  /** One advance at a time: a second one begins where the first ended. `length` is asked when it begins, ms. */
  advance(length: () => number): Promise<Advance> {
    const scopes = [...this.#scopes].map(({ name }) => `"${name}"`);
    if (scopes.length > 1) return Promise.reject(wakefulError("TIME_IS_SHARED", { scopes }));
    const next = this.#last.then(() => this.#walk(length()));
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #walk(by: number): Promise<Advance> {
    const { time, activity } = this.#broker;
    const began = time.real();
    const walk: Walk = { steps: 0, waited: 0, notSettled: new Set() };
    // first: what is put off by the same length while the time stands is due at the target, not a moment after it
    time.pin(time.now());
    const from = time.now();
    const target = from + by;
    let gone = false;
    try {
      await this.#settle(walk);
      for (let next = time.next(); next !== undefined && next <= target; next = time.next()) {
        walk.steps++;
        time.pin(next);
        await this.#settle(walk);
      }
      time.pin(target);
      gone = true;
    } finally {
      // who gave up on the way has not moved it any further
      time.release(gone ? by : time.now() - from);
    }
    await this.#settle(walk);
    const { steps, notSettled } = walk;
    const missing = notSettled.size === 0 ? "" : `; not back at their polls: ${[...notSettled].join(", ")}`;
    activity.add({ what: "time advanced", at: time.now(), detail: `by ${formatDuration(by)}${missing}` });
    return { by, steps, took: time.real() - began, notSettled: [...notSettled] };
  }

  /** Waits until consumers are back at their polls. */
  async #settle(walk: Walk): Promise<void> {
    const { time } = this.#broker;
    const waker = new Waker(time.clock);
    using watch = this.#broker.onChange(waker.wake);
    void watch;
    const stepBegan = time.real();
    // what was just answered is on its way through a socket: the first turns let it arrive
    await time.clock.turn();
    await time.clock.turn();
    for (;;) {
      const holding = this.#holding();
      const took = time.real() - stepBegan;
      const waited = walk.waited + (took > prompt ? took : 0);
      if (holding.length > 0 && waited > longestWait)
        throw wakefulError("TIME_NOT_SETTLED", { holding, steps: walk.steps, waited });
      if (holding.length === 0 || took > longestStep) {
        walk.waited = waited;
        for (const line of holding) walk.notSettled.add(line);
        return;
      }
      await waker.rest(5);
      await time.clock.turn();
    }
  }

  /** Who has taken messages and not come back yet. */
  #holding(): string[] {
    const lines: string[] = [];
    for (const queue of this.#broker.queues.values()) {
      const { consumers } = queue;
      if (!consumers.serving && !consumers.expected && consumers.away === 0) continue;
      const name = nameForPeople(queue, this.#broker);
      if (consumers.serving) lines.push(`polls of ${name} that are being answered`);
      if (consumers.expected) lines.push(`a consumer that polls ${name} briefly, and has messages to get`);
      if (consumers.away > 0) {
        const held = queue.tally.total["in flight"];
        const doing = held === 0 ? "that asked no more" : `working on ${counted(held, "message")}`;
        lines.push(`${counted(consumers.away, "consumer")} of ${name} ${doing}`);
      }
    }
    for (const { state, delivery } of this.#broker.http.pending)
      if (state === "in flight") lines.push(`${delivery.url}, which has not answered`);
    return lines;
  }
}
