import { type Clock, debuggerAttached, systemClock } from "../time/index.ts";

const debuggerRecheck = 1_000;

interface Armed {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

/**
 * Real time plus an offset that only grows, but for pauses; it never goes back. All deadlines of a simulator live on it, in one heap, with one real timer armed
 * for the earliest; that timer does not hold the process. While deadlines fire the time stands at theirs.
 */
export class VirtualClock {
  readonly #clock: Clock;
  readonly #heap: Armed[] = [];
  #offset = 0;
  #pinned: number | undefined;
  #paused = false;
  #order = 0;
  #timer: Disposable | undefined;
  #armedFor = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Virtual milliseconds since the epoch. */
  now(): number {
    return this.#pinned ?? this.#clock.wall() + this.#offset;
  }

  /** Real monotonic milliseconds. */
  real(): number {
    return this.#clock.now();
  }

  get clock(): Clock {
    return this.#clock;
  }

  /** Calls back at a virtual time. Dispose to cancel. */
  at(time: number, callback: () => void): Disposable {
    const armed: Armed = { at: time, order: this.#order++, callback, cancelled: false };
    this.#push(armed);
    if (this.#pinned === undefined) this.#arm();
    return {
      [Symbol.dispose]: () => {
        armed.cancelled = true;
      },
    };
  }

  /** The earliest deadline. */
  next(): number | undefined {
    while (this.#heap[0]?.cancelled) this.#pop();
    return this.#heap[0]?.at;
  }

  /** Stops the time at a moment that is not before now; deadlines up to it, with those of the same millisecond, fire. */
  pin(time: number): void {
    this.#pinned = Math.max(this.now(), time);
    this.#fire(Math.floor(this.#pinned) + 1);
  }

  /** Lets time run on again, ahead by `jump` milliseconds of where it would have been; while it is paused it stays. */
  release(jump: number): void {
    if (this.#paused) return;
    this.#pinned = undefined;
    this.#offset += jump;
    this.#armAnew();
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Stops the time where it is, until `resume`. */
  pause(): void {
    this.#pinned ??= this.now();
    this.#paused = true;
  }

  /** Lets time run on from where it stands. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#offset = this.now() - this.#clock.wall();
    this.#pinned = undefined;
    this.#armAnew();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.[Symbol.dispose]();
    this.#heap.length = 0;
  }

  /** After a jump: the timer that was armed before it would be late by all of it. */
  #armAnew(): void {
    this.#armedFor = Number.POSITIVE_INFINITY;
    this.#timer?.[Symbol.dispose]();
    this.#arm();
  }

  #arm(): void {
    const next = this.next();
    if (this.#closed || next === undefined || next >= this.#armedFor) return;
    this.#timer?.[Symbol.dispose]();
    this.#armedFor = next;
    this.#timer = this.#clock.timer(
      Math.max(0, next - this.now()),
      () => {
        this.#armedFor = Number.POSITIVE_INFINITY;
        if (debuggerAttached()) {
          this.#timer = this.#clock.timer(debuggerRecheck, () => this.#arm(), { hold: false });
          return;
        }
        if (this.#pinned !== undefined) return;
        this.#fire(this.now());
        this.#arm();
      },
      { hold: false },
    );
  }

  #fire(upTo: number): void {
    for (let next = this.next(); next !== undefined && next <= upTo; next = this.next()) this.#pop()?.callback();
  }

  #push(armed: Armed): void {
    const heap = this.#heap;
    let index = heap.push(armed) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(armed, heap[parent] as Armed)) break;
      heap[index] = heap[parent] as Armed;
      index = parent;
    }
    heap[index] = armed;
  }

  #pop(): Armed | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Armed, heap[child] as Armed)) child++;
      if (!before(heap[child] as Armed, last)) break;
      heap[index] = heap[child] as Armed;
      index = child;
    }
    heap[index] = last;
    return top;
  }
}

function before(a: Armed, b: Armed): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
