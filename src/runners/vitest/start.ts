import { randomBytes } from "node:crypto";
import { UsageError, wakefulError } from "../../errors.ts";
import { Deadline, systemClock } from "../../time/index.ts";
import { framesOf, showFrames } from "../../text/index.ts";
import type { Closable, OpenResources } from "./open-resources.ts";

/** What a start is given. */
export interface Start {
  /**
   * Takes care of something that must be closed: waits for it, and disposes it at the end, last in first out, also when
   * the start fails half-way. A system under test that is given to it is watched: its log is in every failure, and its
   * unexpected end is one.
   */
  use<T extends Closable>(resource: T | PromiseLike<T>): Promise<T>;
  /** Unique for this run and worker; letters, digits and hyphens. For names on a shared broker: `${prefix}-orders`. */
  readonly prefix: string;
  /** Aborted when `startWithin` is over. */
  readonly signal: AbortSignal;
}

/** The longest that closing may take, ms: what does not stop in its own time is killed before. */
export const closeWithin = 60_000;

export interface StartOptions {
  /** Milliseconds, for the start and what follows on it. */
  readonly within: number;
  readonly resources: OpenResources;
  /** The frames of the user's line that declared the start: shown where no other line is to blame. */
  readonly origin: string;
}

/**
 * Runs a start, and then `finish` with what it returned. Rejects with `START_FAILED`, `START_TIMED_OUT`, a usage error, or
 * what `finish` rejects with; everything that was opened is closed again by then.
 */
export async function startWithin<T, R>(
  { within, resources, origin }: StartOptions,
  start: (start: Start) => T | Promise<T>,
  finish: (value: T, signal: AbortSignal) => R | Promise<R>,
): Promise<R> {
  const controller = new AbortController();
  const { signal } = controller;
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  // while start() is in time nobody looks at it
  timeout.catch(() => undefined);
  using _timer = new Deadline(systemClock, within).whenPassed(() => {
    const { names: opened, log } = resources;
    const reason = showFrames(wakefulError("START_TIMED_OUT", { within, opened, log }), origin);
    controller.abort(reason);
    reject(reason);
  });
  const prefix = `wakeful-${randomBytes(5).toString("hex")}`;
  const finished = run(() => start({ use: resources.use, prefix, signal }), resources, within).then(async (value) => {
    signal.throwIfAborted();
    try {
      return await finish(value, signal);
    } catch (error) {
      throw showFrames(error, origin);
    }
  });
  // after a time-out start() goes on by itself until its next use(), which rejects
  finished.catch(() => undefined);
  try {
    return await Promise.race([finished, timeout]);
  } catch (error) {
    throwAll([error, ...(await resources.close())]);
    throw error;
  }
}

async function run<T>(start: () => T | Promise<T>, resources: OpenResources, within: number): Promise<T> {
  try {
    const value = await start();
    await resources.opened();
    return value;
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const error = wakefulError("START_FAILED", { within, problem: problemOf(cause) }, { cause });
    throw cause instanceof Error ? showFrames(error, framesOf(cause)) : error;
  }
}

/** The first line; the runner shows the whole cause, with a system's log, below. */
function problemOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.split("\n", 1)[0] ?? "";
}

/** Throws what there is to throw: nothing, the error, or all of them as one. */
export function throwAll(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0];
  if (errors.length < 2) return;
  const messages = errors.map((error) => (error instanceof Error ? error.message : String(error)));
  throw new AggregateError(errors, messages.join("\n\n"));
}
