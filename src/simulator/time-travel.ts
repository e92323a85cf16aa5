import { wakefulError } from "../errors.ts";
import { counted } from "../text/index.ts";
import { formatDuration, Waker } from "../time/index.ts";
import type { Broker } from "./broker/broker.ts";
import { nameForPeople } from "./own-listener.ts";

const longestStep = 1_000;
const longestWalk = 10_000;

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
    // first: what is put off by the same length while the time stands is due at the target, not a moment after it
    time.pin(time.now());
    const target = time.now() + by;
    const notSettled = new Set<string>();
    let steps = 0;
    try {
      await this.#settle(began, steps, notSettled);
      for (let next = time.next(); next !== undefined && next <= target; next = time.next()) {
        steps++;
        time.pin(next);
        await this.#settle(began, steps, notSettled);
      }
      time.pin(target);
    } finally {
      time.release(by);
    }
    await this.#settle(began, steps, notSettled);
    const missing = notSettled.size === 0 ? "" : `; not back at their polls: ${[...notSettled].join(", ")}`;
    activity.add({ what: "time advanced", at: time.now(), detail: `by ${formatDuration(by)}${missing}` });
    return { by, steps, took: time.real() - began, notSettled: [...notSettled] };
  }

  /** Waits until consumers are back at their polls. */
  async #settle(began: number, steps: number, notSettled: Set<string>): Promise<void> {
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
      if (holding.length === 0) return;
      const now = time.real();
      if (now - began > longestWalk) {
        throw wakefulError("TIME_NOT_SETTLED", { holding, steps, waited: now - began });
      }
      if (now - stepBegan > longestStep) {
        for (const line of holding) notSettled.add(line);
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
