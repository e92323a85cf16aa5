import type { VerdictCode } from "../errors.ts";
import type { Clock, DeadlineCap } from "../time/index.ts";
import type { ValueHistory } from "./value-history.ts";

/** What a probe gets from around it: a scope of a harness, or nothing but time. */
export interface ProbeContext {
  readonly clock: Clock;
  /** Milliseconds, for probes that give no `within`. */
  readonly sla: number;
  /** For failures: "the harness's sla". */
  readonly slaSource: string;
  readonly cap?: DeadlineCap | undefined;
  /** Calls back when an event of the scope arrived: time to look again. */
  readonly onEvent?: (callback: () => void) => Disposable;
  /** Calls back when a system died that should not have: the wait ends. `earlier`: before it began, as `what` tells then. */
  readonly onDeath?: (callback: (what: string, earlier: boolean) => void) => Disposable;
  /** Told of each look. */
  readonly onLook?: (look: Look, description: string) => void;
  /** Told, once a wait, that the probe blocked the process for so many ms by working synchronously. */
  readonly onBlocked?: (length: number, description: string) => void;
  /** Told when a wait ended green, and the SLA that it was held to: none where it had to stay so until the end. */
  readonly onGreen?: (what: string, took: number, within?: number) => void;
  /** Makes the error of a red verdict. */
  readonly fail: (failure: ProbeFailure) => Error;
  /** Starts the wait: notes whether it is awaited, aborts it at the scope's end. */
  readonly start: <T>(
    what: string,
    calledFrom: (...arguments_: never[]) => unknown,
    signal: AbortSignal | undefined,
    wait: (signal: AbortSignal, origin: () => string) => Promise<T>,
  ) => Promise<T>;
}

/** How one look ended. */
export interface Look {
  readonly number: number;
  /** Milliseconds. */
  readonly took: number;
  readonly outcome: "held" | "threw" | "not yet" | "hung";
  /** The value or the error. */
  readonly result: unknown;
  /** Set when it blocked this process until after the time in which it would have counted: how much too long, ms. */
  readonly late?: number;
}

/** A probe's red verdict, before it is made an error. */
export interface ProbeFailure {
  readonly code: VerdictCode;
  readonly detail: string;
  /** "probeUntil: the order is there". */
  readonly what: string;
  /** Monotonic. */
  readonly startedAt: number;
  /** Milliseconds from the start of the wait to the verdict. */
  readonly waited: number;
  readonly within: number;
  readonly source: string;
  /** How much too late this process noticed the deadline, ms. */
  readonly lateness?: number | undefined;
  /** The longest time that the probe itself blocked this process, ms, where that was long. */
  readonly blocked?: number | undefined;
  readonly history: ValueHistory;
  /** The last real error. */
  readonly cause?: unknown;
  readonly dump?: unknown;
}
