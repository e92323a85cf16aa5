import { randomBytes } from "node:crypto";
import { UsageError, WakefulError, wakefulError } from "../../errors.ts";
import { createHarness, type Declarations, type Harness } from "../../harness/index.ts";
import { Deadline, type Duration, milliseconds, systemClock } from "../../time/index.ts";
import { type Closable, OpenResources } from "./open-resources.ts";
import { workerState } from "./worker-state.ts";

/** What `start()` is given. */
export interface StartContext {
  /**
   * Takes care of something that must be closed: waits for it, and disposes it at the end, last in first out, also when
   * `start` fails half-way. A system under test that is given to it is watched: its log is in every failure, and its
   * unexpected end is one.
   */
  use<T extends Closable>(resource: T | PromiseLike<T>): Promise<T>;
  /** Unique for this run and worker; letters, digits and hyphens. For names on a shared broker: `${prefix}-orders`. */
  readonly prefix: string;
  /** The worker's number among those that run at the same time, from 1. */
  readonly worker: number;
  /** Aborted when `startWithin` is over. */
  readonly signal: AbortSignal;
}

/** What `start()` returns: the channels, and whatever else the tests need. */
export interface StartedEnvironment {
  readonly channels: Declarations;
}

export interface EnvironmentOptions<E extends StartedEnvironment> {
  /** The longest the systems may take, for each wait that does not say otherwise. Default "3s". */
  readonly sla?: Duration;
  /** The longest that `start` and arming the listeners may take. Default "60s". */
  readonly startWithin?: Duration;
  /** Starts everything that the tests need. */
  readonly start: (context: StartContext) => E | Promise<E>;
}

/** An environment that runs. */
export interface RunningEnvironment<E extends StartedEnvironment> {
  readonly env: E;
  readonly harness: Harness<E["channels"]>;
}

/** The longest that closing may take, ms: systems are killed before. */
export const closeWithin = 60_000;

/**
 * What one `wakefulTest()` starts. It is entered and left by each test file, and by the worker where files share one: it
 * starts with the first who enters, and is closed by the last who leaves.
 */
export class Environment<E extends StartedEnvironment> {
  readonly startWithin: number;
  readonly #options: EnvironmentOptions<E>;
  #users = 0;
  #starting: Promise<RunningEnvironment<E>> | undefined;
  #running: RunningEnvironment<E> | undefined;
  #resources = new OpenResources();

  constructor(options: EnvironmentOptions<E>) {
    if (options.sla !== undefined) milliseconds(options.sla, "sla");
    this.startWithin = milliseconds(options.startWithin ?? "60s", "startWithin");
    this.#options = options;
  }

  /** The running environment: there is one between `enter` and `leave`. */
  get running(): RunningEnvironment<E> {
    if (this.#running === undefined) throw wakefulError("HARNESS_CLOSED", { action: "a test" });
    return this.#running;
  }

  /** Starts it if it does not run yet. A start that failed fails for everybody: it is not tried again. */
  async enter(): Promise<void> {
    this.#users++;
    this.#starting ??= this.#start();
    this.#running = await this.#starting;
  }

  /** Reports what came to light after its test had ended; closes everything when nobody is left. */
  async leave(): Promise<void> {
    const running = this.#running;
    if (--this.#users > 0) {
      throwAll(running?.harness.takeFailures() ?? []);
      return;
    }
    if (running === undefined) return;
    this.#running = undefined;
    this.#starting = undefined;
    throwAll([...(await outcome(running.harness.close())), ...(await this.#resources.close())]);
  }

  async #start(): Promise<RunningEnvironment<E>> {
    const { sla, start } = this.#options;
    const resources = new OpenResources();
    this.#resources = resources;
    const controller = new AbortController();
    const { signal } = controller;
    const timeout = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => {
        reject(signal.reason);
      });
    });
    // without a time-out nobody looks at it
    timeout.catch(() => undefined);
    using _timer = new Deadline(systemClock, this.startWithin).whenPassed(() => {
      const { names: opened, log } = resources;
      controller.abort(wakefulError("START_TIMED_OUT", { within: this.startWithin, opened, log }));
    });
    const worker = workerState().number;
    const prefix = `wakeful-${randomBytes(5).toString("hex")}-${worker}`;
    try {
      const started = begin(() => start({ use: resources.use, prefix, worker, signal }), resources, this.startWithin);
      // after a time-out start() goes on by itself until its next use(), which rejects
      started.catch(() => undefined);
      const env = await Promise.race([started, timeout]);
      const harness = createHarness({
        channels: env.channels as E["channels"],
        systems: resources.systems,
        signal,
        ...(sla !== undefined && { sla }),
      });
      return {
        env,
        harness: await Promise.race([harness, timeout.catch((error: unknown) => abandon(harness, error))]),
      };
    } catch (error) {
      throwAll([error, ...(await resources.close())]);
      throw error;
    }
  }
}

async function begin<E extends StartedEnvironment>(
  start: () => E | Promise<E>,
  resources: OpenResources,
  within: number,
): Promise<E> {
  let env: E;
  try {
    env = await start();
    await resources.opened();
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw wakefulError("START_FAILED", { within, problem: problemOf(cause) }, { cause });
  }
  // JavaScript users, and values that lost their type on the way
  const channels: unknown = (env as E | undefined)?.channels;
  if (typeof channels !== "object" || channels === null || Object.keys(channels).length === 0)
    throw wakefulError("NO_CHANNELS", {});
  return env;
}

/** The whole message of our own errors, which holds the system's log; the first line of others. */
function problemOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return cause instanceof WakefulError ? message : (message.split("\n", 1)[0] ?? "");
}

/** Gives up on a harness that is not open in time; one that comes to be open all the same is closed. */
function abandon(harness: Promise<AsyncDisposable>, reason: unknown): never {
  harness.then(
    (late) => late[Symbol.asyncDispose](),
    // the reason is what the user gets
    () => undefined,
  );
  throw reason;
}

/** What a promise rejected with, in a list. */
async function outcome(closing: Promise<void>): Promise<unknown[]> {
  try {
    await closing;
    return [];
  } catch (error) {
    return error instanceof AggregateError ? error.errors : [error];
  }
}

function throwAll(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} failures`);
}
