import { type Clock, systemClock } from "./clock.ts";

/** Milliseconds between two looks at the clock. */
const resolution = 10;
/** A timer may be this late, ms, without anything being wrong. */
const jitter = 2;
const blocksKept = 1_000;

/** A time in which nothing ran in this process, monotonic. */
interface Block {
  readonly from: number;
  readonly to: number;
}

/**
 * Tells how long this process was blocked, so that its own slowness is not charged to a system under test. A block that
 * is just over counts, though no timer has run since: that is when what piled up meanwhile is handled.
 *
 * (Node's `monitorEventLoopDelay` does not see that one, nor does it say when a block was.)
 */
export class EventLoopLag implements Disposable {
  readonly #clock: Clock;
  readonly #blocks: Block[] = [];
  #timer: Disposable | undefined;
  #due = 0;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.#arm();
  }

  /**
   * The longest that this process was blocked between two moments, milliseconds: of a block, the part between them. Up to
   * 10 ms too much, because its beginning was not seen.
   */
  longest(from: number, to: number): number {
    const parts = [...this.#blocks, ...this.#running()].map(
      (block) => Math.min(block.to, to) - Math.max(block.from, from),
    );
    return Math.max(0, ...parts);
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
        this.#blocks.push(...this.#running());
        if (this.#blocks.length > blocksKept) this.#blocks.shift();
        this.#arm();
      },
      { hold: false },
    );
  }

  /** The block that no timer has seen the end of yet, if there is one. */
  #running(): Block[] {
    const now = this.#clock.now();
    return now - this.#due > jitter ? [{ from: this.#due - resolution, to: now }] : [];
  }
}
