import { monitorEventLoopDelay } from "node:perf_hooks";

/** Tells how long this process was blocked, so that its own slowness is not charged to a system under test. */
export class EventLoopLag implements Disposable {
  readonly #histogram = monitorEventLoopDelay({ resolution: 20 });

  constructor() {
    this.#histogram.enable();
  }

  /** The longest block since the last `reset`, milliseconds. */
  longest(): number {
    return this.#histogram.max / 1e6;
  }

  reset(): void {
    this.#histogram.reset();
  }

  [Symbol.dispose](): void {
    this.#histogram.disable();
  }
}
