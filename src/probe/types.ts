import type { Duration, Schedule } from "../time/index.ts";

/** One look, as the probe is told of it. */
export interface Attempt {
  /** From 1. */
  readonly number: number;
  /** Milliseconds since the wait began. */
  readonly elapsed: number;
  /** Aborted when the look is cut off. Pass it to what the probe calls. */
  readonly signal: AbortSignal;
}

/** Examines state: throws while it is not as it should be, returns what it saw. Any thenable is awaited. */
export type Probe<T> = (attempt: Attempt) => T;

export interface ProbeOptions {
  /** The SLA of `probeUntil`. Default: the harness's, or 3 s. `probeDuring` takes `during` instead. */
  readonly within?: Duration;
  /** The rest between looks. Default: 5 % of the elapsed time, at least as long as the last look, 1 to 40 ms. */
  readonly interval?: Duration | Schedule;
  /** Ends the wait at once when it says so of a look's error (`PROBE_FAILED`, whose cause is that error). */
  readonly failFast?: (error: unknown) => boolean;
  /** Shown in the failure instead of the probe's place, "at test/orders.test.ts:12". */
  readonly description?: string;
  /**
   * Called when the wait is about to fail, for time or (`probeDuring`) for what a look saw; what it returns or resolves to
   * is shown in the failure. At most 1 s, and less where the runner's time-out is near.
   */
  readonly onTimeout?: () => unknown;
  readonly signal?: AbortSignal;
}
