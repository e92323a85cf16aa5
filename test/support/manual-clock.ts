import type { Clock } from "../../src/time/clock.ts";

interface Armed {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
  readonly hold: boolean;
}

/**
 * A clock that only the test moves. `advance` fires timers in the order of their due times and lets promise callbacks
 * run between them, so that a wait re-arms as it would in real time.
 */
export class ManualClock implements Clock {
  #now = 0;
  #order = 0;
  readonly #armed = new Set<Armed>();

  now(): number {
    return this.#now;
  }

  wall(): number {
    return Date.UTC(2026, 0, 1) + this.#now;
  }

  timer(milliseconds: number, callback: () => void, { hold = true }: { readonly hold?: boolean } = {}): Disposable {
    const armed = { due: this.#now + Math.max(0, milliseconds), order: this.#order++, callback, hold };
    this.#armed.add(armed);
    return { [Symbol.dispose]: () => void this.#armed.delete(armed) };
  }

  turn(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  /** How many timers are armed that keep the process alive: 0 once a wait has released everything. */
  get armed(): number {
    return [...this.#armed].filter(({ hold }) => hold).length;
  }

  /** How many timers are armed, of whatever kind. */
  get timers(): number {
    return this.#armed.size;
  }

  /** Moves time on, firing what comes due on the way. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await this.settle();
    for (let next = this.#earliest(); next !== undefined && next.due <= end; next = this.#earliest()) {
      this.#armed.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
      await this.settle();
    }
    this.#now = end;
  }

  /** Time passes while nothing runs, as when the process is blocked: timers that came due fire late, afterwards. */
  block(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** Moves on, as far as needed, whenever something that keeps the process alive waits for time, until this is done. */
  async until<T>(work: Promise<T>): Promise<T> {
    while (await this.waitsForTime(work)) {
      const held = [...this.#armed].filter(({ hold }) => hold).map(({ due }) => due);
      await this.advance(Math.max(0, Math.min(...held) - this.#now));
    }
    return await work;
  }

  /** Resolves to true once something that keeps the process alive waits for time, and to false when this is done before. */
  async waitsForTime(work: Promise<unknown>): Promise<boolean> {
    const done = new AbortController();
    const end = () => {
      done.abort();
    };
    work.then(end, end);
    do await this.turn();
    while (!done.signal.aborted && this.armed === 0);
    return !done.signal.aborted;
  }

  /** Lets promise callbacks and two turns of the event loop run. Time stands still. */
  async settle(): Promise<void> {
    await this.turn();
    await this.turn();
    await this.turn();
  }

  #earliest(): Armed | undefined {
    let earliest: Armed | undefined;
    for (const armed of this.#armed) {
      if (
        earliest === undefined ||
        armed.due < earliest.due ||
        (armed.due === earliest.due && armed.order < earliest.order)
      ) {
        earliest = armed;
      }
    }
    return earliest;
  }
}
