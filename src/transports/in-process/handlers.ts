import type { Mark, Pending } from "../../contracts/index.ts";
import { type Clock, traceContext } from "../../time/index.ts";

const deepestCause = 5;

/** How many, by trace id and the event's name. */
type Counts = Map<string, Map<string, number>>;

/** Keeps count of the handlers at work, by the trace in whose context they were called. */
export class Handlers {
  readonly #clock: Clock;
  readonly #running: Counts = new Map();
  readonly #waiting: Counts = new Map();
  readonly #listeners = new Set<() => void>();
  readonly #faults = new Set<(cause: unknown, where: string) => void>();
  readonly #told = new WeakSet<object>();
  #lastTold: unknown;
  #incomplete: string | undefined;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Not every handler is known, for this reason. */
  incomplete(reason: string): void {
    this.#incomplete = reason;
  }

  onFault(listener: (cause: unknown, where: string) => void): Disposable {
    this.#faults.add(listener);
    return { [Symbol.dispose]: () => void this.#faults.delete(listener) };
  }

  /** Whether this was told as a fault, or is a bus's wrapping of one that was. */
  wasTold(cause: unknown, depth = 0): boolean {
    if (typeof cause !== "object" || cause === null) return depth === 0 && Object.is(cause, this.#lastTold);
    if (depth > deepestCause) return false;
    const { cause: inner, errors } = cause as { cause?: unknown; errors?: unknown };
    const wrapped = Array.isArray(errors) ? [inner, ...(errors as readonly unknown[])] : [inner];
    return this.#told.has(cause) || wrapped.some((each) => this.wasTold(each, depth + 1));
  }

  /** Whether every handler is known. */
  get complete(): boolean {
    return this.#incomplete === undefined;
  }

  /** An event is on its way to a handler. Returns what to call once the handler was called, or will not be. */
  owed(name: string): () => void {
    const trace = traceContext.getStore()?.traceId ?? "";
    this.#count(trace, name, 1, this.#waiting);
    let settled = false;
    return () => {
      if (settled) return;
      settled = true;
      this.#count(trace, name, -1, this.#waiting);
      this.#changed();
    };
  }

  /** Leaves the handlers that stay registered alone, from now on. */
  close(): void {
    this.#closed = true;
  }

  get watching(): boolean {
    return !this.#closed;
  }

  /**
   * Runs a handler. What it throws, now or later, is told as a fault, and goes on to the bus as it would without us: a bus
   * that waits for its handlers must see them fail.
   */
  run(handler: () => unknown, name: string): unknown {
    if (this.#closed) return handler();
    const trace = traceContext.getStore()?.traceId ?? "";
    let result: unknown;
    try {
      result = handler();
    } catch (cause) {
      this.fault(cause, name);
      throw cause;
    }
    if (!isThenable(result)) return result;
    this.#count(trace, name, 1);
    const done = () => {
      this.#count(trace, name, -1);
      this.#changed();
    };
    // the bus gets what comes after us: a failure that it does not handle stays an unhandled one, as it would be without us
    return Promise.resolve(result).then(
      (value) => {
        done();
        return value;
      },
      (cause: unknown) => {
        this.fault(cause, name);
        done();
        throw cause;
      },
    );
  }

  fault(cause: unknown, name: string): void {
    if (typeof cause === "object" && cause !== null) this.#told.add(cause);
    this.#lastTold = cause;
    for (const listener of this.#faults) listener(cause, `a handler of ${name}`);
  }

  mark(traceId: string | undefined): Mark {
    return {
      pending: () => Promise.resolve(this.#pending(traceId)),
      onChange: (listener) => {
        this.#listeners.add(listener);
        return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
      },
    };
  }

  #pending(traceId: string | undefined): Pending {
    const where: string[] = [];
    const sum = (counts: Counts, describe: (count: number, name: string) => string) => {
      let all = 0;
      for (const [trace, names] of counts) {
        if (traceId !== undefined && trace !== "" && trace !== traceId) continue;
        for (const [name, count] of names) {
          all += count;
          if (count > 0) where.push(describe(count, name));
        }
      }
      return all;
    };
    return {
      waiting: sum(this.#waiting, (count, name) => `${count} ${plural(count, "call")} for ${name} still to be made`),
      inFlight: sum(this.#running, (count, name) => `${count} ${plural(count, "handler")} of ${name} at work`),
      undelivered: 0,
      exact: this.#incomplete === undefined,
      sampledAt: this.#clock.wall(),
      where,
      ...(this.#incomplete !== undefined && { reason: this.#incomplete }),
    };
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #count(trace: string, name: string, change: number, counts = this.#running): void {
    const names = counts.get(trace) ?? new Map<string, number>();
    const count = (names.get(name) ?? 0) + change;
    if (count === 0) names.delete(name);
    else names.set(name, count);
    if (names.size === 0) counts.delete(trace);
    else counts.set(trace, names);
  }
}

const plural = (count: number, word: string) => (count === 1 ? word : `${word}s`);

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
