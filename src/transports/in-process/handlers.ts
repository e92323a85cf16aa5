import type { Mark, Pending } from "../../contracts/index.ts";
import { type Clock, traceContext } from "../../time/index.ts";

/** Keeps count of the handlers at work, by the trace in whose context they were called. */
export class Handlers {
  readonly #clock: Clock;
  readonly #running = new Map<string, Map<string, number>>();
  readonly #listeners = new Set<() => void>();
  readonly #faults = new Set<(cause: unknown, where: string) => void>();
  #incomplete: string | undefined;

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

  /** Runs a handler. What it throws, now or later, is told as a fault and goes no further. */
  run(handler: () => unknown, name: string): unknown {
    const trace = traceContext.getStore()?.traceId ?? "";
    let result: unknown;
    try {
      result = handler();
    } catch (cause) {
      this.fault(cause, name);
      return undefined;
    }
    if (!isThenable(result)) return result;
    this.#count(trace, name, 1);
    const done = () => {
      this.#count(trace, name, -1);
      for (const listener of this.#listeners) listener();
    };
    return result.then(
      (value) => {
        done();
        return value;
      },
      (cause: unknown) => {
        this.fault(cause, name);
        done();
      },
    );
  }

  fault(cause: unknown, name: string): void {
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
    let inFlight = 0;
    for (const [trace, names] of this.#running) {
      if (traceId !== undefined && trace !== "" && trace !== traceId) continue;
      for (const [name, count] of names) {
        inFlight += count;
        if (count > 0) where.push(`${count} ${count === 1 ? "handler" : "handlers"} of ${name} at work`);
      }
    }
    return {
      waiting: 0,
      inFlight,
      undelivered: 0,
      exact: this.#incomplete === undefined,
      sampledAt: this.#clock.wall(),
      where,
      ...(this.#incomplete !== undefined && { reason: this.#incomplete }),
    };
  }

  #count(trace: string, name: string, change: number): void {
    const names = this.#running.get(trace) ?? new Map<string, number>();
    const count = (names.get(name) ?? 0) + change;
    if (count === 0) names.delete(name);
    else names.set(name, count);
    if (names.size === 0) this.#running.delete(trace);
    else this.#running.set(trace, names);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
