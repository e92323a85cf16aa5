import { type Clock, systemClock } from "./clock.ts";

/** Milliseconds between two looks at the clock. */
const resolution = 10;
/** A timer may be this late, ms, without anything being wrong. */
const jitter = 2;

/**
 * Tells how long this process was blocked, so that its own slowness is not charged to a system under test. A block that
 * is just over counts, though no timer has run since: that is when what piled up meanwhile is handled.
 *
 * (Node's `monitorEventLoopDelay` does not see that one, nor one that follows its `reset` at once.)
 */
export class EventLoopLag implements Disposable {
  readonly #clock: Clock;
  #timer: Disposable | undefined;
  #due = 0;
  #longest = 0;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.#arm();
  }

  /** The longest block since the last `reset`, milliseconds; up to 10 ms too much, because its beginning was not seen. */
  longest(): number {
    return Math.max(this.#longest, this.#running());
  }

  reset(): void {
    this.#timer?.[Symbol.dispose]();
    this.#longest = 0;
    this.#arm();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#due = Number.POSITIVE_INFINITY;
  }

  #arm(): void {
    this.#due = this.#clock.now() + resolution;
    this.#timer = this.#clock.timer(
      resolution,
      () => {
        this.#longest = this.longest();
        this.#arm();
      },
      { hold: false },
    );
  }

  /** The block that no timer has seen the end of yet. */
  #running(): number {
    const late = this.#clock.now() - this.#due;
    return late > jitter ? late + resolution : 0;
  }
}
