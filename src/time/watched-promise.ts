import { wakefulError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { tellValue } from "../options.ts";

/**
 * A promise that notes whether anybody ever awaited it. A wait that nobody awaits cannot fail its test: its owner looks at
 * `awaited` at the end, and reports it. It never raises an unhandled rejection itself; promises derived from it do.
 *
 * @example
 * const wait = WatchedPromise.start({ what: "next on orders", calledFrom: next }, (signal, origin) => work(signal));
 * if (!wait.awaited) wait.abort(new Error(`nobody awaited ${wait.what}, started\n${wait.origin}`));
 */
export class WatchedPromise<T> extends Promise<T> {
  /** Promises derived by `then` are plain ones. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  #awaited = false;
  #settled = false;
  #what = "";
  #called: { stack?: string } = {};
  #abort: (reason: unknown) => void = () => undefined;

  /**
   * Starts a piece of work at once. Its signal is aborted by `abort` or by the given signal; the promise then rejects with
   * the reason even if the work goes on. With a signal that is aborted already the work is not started.
   */
  static start<T>(
    options: {
      /** For people: "next on customerCreated". */
      readonly what: string;
      /** The public function that was called: `origin` begins at its caller. */
      readonly calledFrom: (...arguments_: never[]) => unknown;
      readonly signal?: AbortSignal | undefined;
    },
    work: (signal: AbortSignal, origin: () => string) => Promise<T>,
  ): WatchedPromise<T> {
    const controller = new AbortController();
    const wrong = options.signal !== undefined && !kind.signal.accepts(options.signal);
    const signal = wrong ? undefined : options.signal;
    const called: { stack?: string } = {};
    Error.captureStackTrace(called, options.calledFrom);
    const promise = new WatchedPromise<T>((resolve, reject) => {
      const abort = () => {
        controller.abort(signal?.reason);
      };
      const release = () => signal?.removeEventListener("abort", abort);
      controller.signal.addEventListener(
        "abort",
        () => {
          release();
          reject(controller.signal.reason);
        },
        { once: true },
      );
      if (wrong) {
        const { expected } = kind.signal;
        const value = tellValue(options.signal);
        reject(wakefulError("INVALID_OPTION", { of: options.what, option: "signal", value, expected }));
        return;
      }
      if (signal?.aborted) {
        abort();
        return;
      }
      signal?.addEventListener("abort", abort, { once: true });
      work(controller.signal, () => framesOf(called)).then(
        (value) => {
          release();
          resolve(value);
        },
        (error: unknown) => {
          release();
          reject(error);
        },
      );
    });
    promise.#what = options.what;
    promise.#abort = (reason) => {
      controller.abort(reason);
    };
    promise.#called = called;
    const settled = () => {
      promise.#settled = true;
    };
    // marks a rejection as handled, too, without counting as awaited
    void Promise.prototype.then.call(promise, settled, settled);
    return promise;
  }

  /** Whether `then` (and so `await`, `catch`, `Promise.all`, ...) was ever called. */
  get awaited(): boolean {
    return this.#awaited;
  }

  /** Whether it is resolved or rejected: known a microtask later. */
  get settled(): boolean {
    return this.#settled;
  }

  /** What it waits for, for people. */
  get what(): string {
    return this.#what;
  }

  /** The stack of the line that started it, without a heading. */
  get origin(): string {
    return framesOf(this.#called);
  }

  /** Ends the work: the promise rejects with this reason. */
  abort(reason: unknown): void {
    this.#abort(reason);
  }

  override then<Result1 = T, Result2 = never>(
    onFulfilled?: ((value: T) => Result1 | PromiseLike<Result1>) | null,
    onRejected?: ((reason: unknown) => Result2 | PromiseLike<Result2>) | null,
  ): Promise<Result1 | Result2> {
    this.#awaited = true;
    return super.then(onFulfilled, onRejected);
  }
}

/** A captured stack without its heading. Read late, because formatting it costs more than capturing it. */
function framesOf(called: { stack?: string }): string {
  return called.stack?.split("\n").slice(1).join("\n") ?? "";
}
