import type { Clock } from "../../time/index.ts";

/** Does something again and again, until it says that it is over, or is disposed. It does not hold the process. */
export class Renewal implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #renew: () => Promise<boolean>;
  #timer: Disposable | undefined;
  #renewing: Promise<void> = Promise.resolve();
  #over = false;

  /** `interval`: ms. `renew` resolves to whether to go on, and never rejects. */
  constructor(clock: Clock, interval: number, renew: () => Promise<boolean>) {
    this.#clock = clock;
    this.#interval = interval;
    this.#renew = renew;
    this.#later();
  }

  /** Ends it; resolves when what is under way is done. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    this.#timer?.[Symbol.dispose]();
    await this.#renewing;
  }

  #later(): void {
    this.#timer = this.#clock.timer(
      this.#interval,
      () => {
        this.#renewing = this.#once();
      },
      { hold: false },
    );
  }

  async #once(): Promise<void> {
    const goOn = await this.#renew();
    if (goOn && !this.#over) this.#later();
  }
}
