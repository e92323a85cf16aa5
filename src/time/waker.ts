import type { Clock } from "./clock.ts";

/** Lets a loop rest until something calls `wake`, or some time is over. A wake while nobody rests is kept for the next rest. */
export class Waker {
  readonly #clock: Clock;
  #woken = false;
  #resume: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly wake = (): void => {
    this.#woken = true;
    this.#resume?.();
  };

  /** Resolves on the next `wake`, or after `atMost` milliseconds, and tells whether it was woken. */
  async rest(atMost?: number): Promise<boolean> {
    if (!this.#woken) {
      let timer: Disposable | undefined;
      await new Promise<void>((resolve) => {
        this.#resume = resolve;
        if (atMost !== undefined) timer = this.#clock.timer(atMost, resolve);
      });
      timer?.[Symbol.dispose]();
      this.#resume = undefined;
    }
    const woken = this.#woken;
    this.#woken = false;
    return woken;
  }
}
