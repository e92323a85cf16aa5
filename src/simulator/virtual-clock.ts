import { type Clock, debuggerAttached, systemClock } from "../time/index.ts";
import { Heap } from "./broker/heap.ts";

const debuggerRecheck = 1_000;
/** With fewer cancelled deadlines than this, they are not worth looking for. */
const mostCancelled = 1_024;

/** A callback at a virtual time. Disposed of, it does not happen. */
class Armed implements Disposable {
  readonly at: number;
  readonly order: number;
  readonly callback: (subject: unknown) => void;
  readonly subject: unknown;
  /** Whether it has happened, or must not. */
  over = false;
  readonly #onCancel: () => void;

  constructor(at: number, order: number, callback: (subject: unknown) => void, subject: unknown, onCancel: () => void) {
    this.at = at;
    this.order = order;
    this.callback = callback;
    this.subject = subject;
    this.#onCancel = onCancel;
  }

  [Symbol.dispose](): void {
    if (this.over) return;
    this.over = true;
    this.#onCancel();
  }
}

/**
 * Real time plus an offset that only grows, but for pauses; it never goes back. All deadlines of a simulator live on it, in one heap, with one real timer armed
 * for the earliest; that timer does not hold the process. While deadlines fire the time stands at theirs.
 */
export class VirtualClock {
  readonly #clock: Clock;
  readonly #heap = new Heap<Armed>(before);
  /** How many of them were cancelled: they stay in the heap until they are due, or the most of it. */
  #cancelled = 0;
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

  /** Calls back at a virtual time, with the subject, so that many deadlines can share one callback. Dispose to cancel. */
  at(time: number, callback: () => void): Disposable;
  at<Subject>(time: number, callback: (subject: Subject) => void, subject: Subject): Disposable;
  at(time: number, callback: (subject: unknown) => void, subject?: unknown): Disposable {
    const armed = new Armed(time, this.#order++, callback, subject, this.#onCancel);
    this.#heap.push(armed);
    if (this.#pinned === undefined) this.#arm();
    return armed;
  }

  /** The earliest deadline. */
  next(): number | undefined {
    while (this.#heap.peek()?.over) {
      this.#heap.pop();
      this.#cancelled--;
    }
    return this.#heap.peek()?.at;
  }

  /** Stops the time at a moment that is not before now; deadlines up to it, with those of the same millisecond, fire. */
  pin(time: number): void {
    const pinned = Math.max(this.now(), time);
    this.#pinned = pinned;
    this.#fire((at) => Math.floor(at) <= Math.floor(pinned));
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
    this.#heap.clear();
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
        const now = this.now();
        this.#fire((at) => at <= now);
        this.#arm();
      },
      { hold: false },
    );
  }

  #fire(isDue: (at: number) => boolean): void {
    for (let next = this.next(); next !== undefined && isDue(next); next = this.next()) {
      const armed = this.#heap.pop() as Armed;
      armed.over = true;
      armed.callback(armed.subject);
    }
  }

  readonly #onCancel = (): void => {
    this.#cancelled++;
    if (this.#cancelled < mostCancelled || this.#cancelled * 2 < this.#heap.length) return;
    this.#heap.keep(({ over }) => !over);
    this.#cancelled = 0;
  };
}

function before(a: Armed, b: Armed): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
