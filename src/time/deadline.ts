import type { Clock } from "./clock.ts";
import { debuggerAttached } from "./debugger.ts";

const longestExtension = 1_000;
/** After a cap the time belongs to whoever set it. */
const longestExtensionUnderCap = 50;
const debuggerRecheck = 1_000;

/** A limit set from outside, such as the test runner's own time-out. */
export interface DeadlineCap {
  /** Monotonic milliseconds of the clock in use. */
  readonly at: number;
  /** For the failure: "the test's time-out of 5 s". */
  readonly name: string;
}

/** What became of a deadline. */
export interface Passed {
  /** How much later than due this process noticed, ms: it was blocked, or the machine was. */
  readonly lateness: number;
}

/**
 * The end of a wait: `within` after its start, or the cap where that comes first.
 *
 * A timer that fires late says that this process was blocked, and then what should have been seen may still sit unread
 * in a socket. So before the deadline counts as passed, the event loop turns twice and gets as long again as the timer was
 * late: at most 1 s, and at most 50 ms where a cap ends the wait. With a debugger attached no deadline passes.
 */
export class Deadline {
  readonly startedAt: number;
  readonly at: number;
  /** The cap, if that is what ends this wait. */
  readonly cap: DeadlineCap | undefined;
  readonly #clock: Clock;
  readonly #debugged: () => boolean;

  constructor(
    clock: Clock,
    within: number,
    options: {
      /** Where the time counts from, monotonic; now when left out. */
      readonly since?: number | undefined;
      readonly cap?: DeadlineCap | undefined;
      readonly debugged?: () => boolean;
    } = {},
  ) {
    const { since, cap, debugged = debuggerAttached } = options;
    this.#clock = clock;
    this.#debugged = debugged;
    this.startedAt = since ?? clock.now();
    const own = this.startedAt + within;
    this.cap = cap !== undefined && cap.at < own ? cap : undefined;
    this.at = this.cap?.at ?? own;
  }

  /** Milliseconds left; 0 once it is due, Infinity under a debugger. */
  remaining(): number {
    if (this.#debugged()) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.at - this.#clock.now());
  }

  /** Calls back once the deadline has truly passed. Dispose to stop waiting for it. */
  whenPassed(callback: (passed: Passed) => void): Disposable {
    let disposed = false;
    let timer: Disposable | undefined;
    const stop = () => {
      disposed = true;
      timer?.[Symbol.dispose]();
    };
    const arm = (rest: number) => {
      // lateness is the timer's own: a deadline that lay in the past already says nothing about this process
      const due = this.#clock.now() + rest;
      timer = this.#clock.timer(rest, () => {
        if (this.#debugged()) arm(debuggerRecheck);
        else void pass(Math.max(0, this.#clock.now() - due));
      });
    };
    const extension = this.cap === undefined ? longestExtension : longestExtensionUnderCap;
    const pass = async (lateness: number) => {
      await this.#clock.turn();
      if (disposed) return;
      timer = this.#clock.timer(Math.min(lateness, extension), () => {
        void this.#clock.turn().then(() => {
          if (!disposed) callback({ lateness });
        });
      });
    };
    arm(Math.max(0, this.at - this.#clock.now()));
    return { [Symbol.dispose]: stop };
  }
}
