import { performance } from "node:perf_hooks";
import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import { promisify } from "node:util";
import { wakefulError } from "../errors.ts";

// What the names above are bound to is fixed when node:timers is first imported anywhere in the process. Fakes that were
// put into that module before would stay for good. Fakes bear a `clock` (sinon's) or lack the promise form (node:test's).
for (const [name, timer] of Object.entries({ setTimeout, setImmediate })) {
  if (!(promisify.custom in timer) || "clock" in timer) throw wakefulError("TIMERS_FAKED", { faked: name });
}

/**
 * The only source of time in Wakeful. Everything that waits takes a clock, so that unit tests can inject one.
 * Named imports above, bound when this module loads: faked globals cannot freeze a wait, whatever the import order.
 */
export interface Clock {
  /** Monotonic milliseconds, with fractions. Only differences mean something. */
  now(): number;
  /** Real time in milliseconds since the epoch, with fractions. Never goes backwards. */
  wall(): number;
  /**
   * Calls back once after `milliseconds`; dispose to cancel. `hold` (default true) says whether the timer keeps the
   * process alive.
   */
  timer(milliseconds: number, callback: () => void, options?: { readonly hold?: boolean }): Disposable;
  /** Resolves after one turn of the event loop: input that has already arrived has been handled by then. */
  turn(): Promise<void>;
}

// setTimeout fires at once for anything longer
const longestTimer = 2 ** 31 - 1;

const origin = performance.timeOrigin;
const monotonic = performance.now.bind(performance);

/** Real time. */
export const systemClock: Clock = {
  now: () => monotonic(),
  wall: () => origin + monotonic(),
  timer(milliseconds, callback, options) {
    const due = monotonic() + milliseconds;
    let handle: NodeJS.Timeout;
    const arm = () => {
      handle = setTimeout(fire, Math.min(longestTimer, Math.max(0, due - monotonic())));
      if (options?.hold === false) handle.unref();
    };
    const fire = () => {
      if (due - monotonic() > 1) arm();
      else callback();
    };
    arm();
    return { [Symbol.dispose]: () => clearTimeout(handle) };
  },
  turn: () =>
    new Promise((resolve) => {
      setImmediate(resolve);
    }),
};

/** Resolves after `milliseconds`; rejects with the signal's reason. For code that has a reason to wait: retries, stops. */
export function delay(
  clock: Clock,
  milliseconds: number,
  options: { readonly signal?: AbortSignal | undefined; readonly hold?: boolean } = {},
): Promise<void> {
  const { signal, hold = true } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const timer = clock.timer(
      milliseconds,
      () => {
        signal?.removeEventListener("abort", abort);
        resolve();
      },
      { hold },
    );
    const abort = () => {
      timer[Symbol.dispose]();
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
  });
}
