import { type WakefulError, wakefulError } from "../../errors.ts";
import { createHarness, type Declarations, type Harness, type Verdict } from "../../harness/index.ts";
import { type Duration, milliseconds } from "../../time/index.ts";
import { showFrames } from "../../text/index.ts";
import * as kind from "../../kinds.ts";
import { checkOptions, type OptionKinds } from "../../options.ts";
import { OpenResources } from "./open-resources.ts";
import { type Start, startWithin, throwAll } from "./start.ts";
import type { SharedStart } from "./shared-start.ts";
import { sharedResult, workerState } from "./worker-state.ts";

/** What `start()` is given. */
export interface StartContext extends Start {
  /** The worker's number among those that run at the same time, from 1. */
  readonly worker: number;
  /** What the run's shared start returned: `shared<typeof setup>()`. See `sharedStart` of `wakeful/vitest/config`. */
  shared<S extends SharedStart<unknown>>(): NonNullable<S["result"]>;
}

/** What `start()` returns: the channels, and whatever else the tests need. */
export interface StartedEnvironment {
  readonly channels: Declarations;
}

export interface EnvironmentOptions<E extends StartedEnvironment> {
  /** The longest the systems may take, for each wait that does not say otherwise. Default "3s". */
  readonly sla?: Duration;
  /** Told of each verdict: for statistics. */
  readonly onVerdict?: (verdict: Verdict) => void;
  /** The longest that `start` and arming the listeners may take. Default "60s". */
  readonly startWithin?: Duration;
  /** Starts everything that the tests need. */
  readonly start: (context: StartContext) => E | Promise<E>;
}

const environmentOptions: OptionKinds<EnvironmentOptions<StartedEnvironment>> = {
  sla: kind.duration,
  onVerdict: kind.callback,
  startWithin: kind.duration,
  start: kind.needed(kind.callback),
};

/** An environment that runs. */
export interface RunningEnvironment<E extends StartedEnvironment> {
  readonly env: E;
  readonly harness: Harness<E["channels"]>;
}

/**
 * What one `wakefulTest()` starts. It is entered and left by each test file, and by the worker where files share one: it
 * starts with the first who enters, and is closed by the last who leaves, once: Vitest keeps the fixture `env`.
 */
export class Environment<E extends StartedEnvironment> {
  /** Milliseconds. */
  readonly startWithin: number;
  readonly #options: EnvironmentOptions<E>;
  readonly #origin: string;
  #users = 0;
  #starting: Promise<RunningEnvironment<E>> | undefined;
  #running: RunningEnvironment<E> | undefined;
  #closed = false;
  #resources = new OpenResources();

  /** @param origin the frames of the user's line that called `wakefulTest` */
  constructor(options: EnvironmentOptions<E>, origin: string) {
    checkOptions("wakefulTest()", options, environmentOptions);
    if (options.sla !== undefined) milliseconds(options.sla, "sla");
    this.startWithin = milliseconds(options.startWithin ?? "60s", "startWithin");
    this.#options = options;
    this.#origin = origin;
  }

  /** The running environment: there is one between `enter` and `leave`. */
  get running(): RunningEnvironment<E> {
    if (this.#running === undefined) throw wakefulError("HARNESS_CLOSED", { action: "a test" });
    return this.#running;
  }

  /** Starts it if it does not run yet. A start that failed fails for everybody: it is not tried again. */
  async enter(): Promise<void> {
    const problem = this.#problem();
    if (problem !== undefined) throw showFrames(problem, this.#origin);
    this.#users++;
    this.#starting ??= this.#start();
    this.#running = await this.#starting;
  }

  /** Reports what came to light after its test had ended; closes everything when nobody is left. */
  async leave(): Promise<void> {
    const running = this.#running;
    if (--this.#users > 0 || running === undefined) {
      throwAll(running?.harness.takeFailures() ?? []);
      return;
    }
    this.#running = undefined;
    this.#closed = true;
    throwAll([...(await rejections(running.harness.close())), ...(await this.#resources.close())]);
  }

  /** Why it cannot be entered. */
  #problem(): WakefulError | undefined {
    if (this.#closed)
      return wakefulError("HARNESS_CLOSED", { action: "A describe that imports the harness by itself began" });
    const { sharesModules, hasPlugin } = workerState();
    if (!sharesModules || hasPlugin) return undefined;
    return wakefulError("INVALID_OPTION", {
      option: "isolate",
      value: "false",
      expected: `true, or the plugin beside it: plugins: [wakeful()] from "wakeful/vitest/config". Without it Vitest stays green when the environment does not close`,
    });
  }

  #start(): Promise<RunningEnvironment<E>> {
    const { sla, start, onVerdict } = this.#options;
    const resources = new OpenResources();
    this.#resources = resources;
    const worker = workerState().number;
    return startWithin(
      { within: this.startWithin, resources, origin: this.#origin },
      ({ prefix, ...context }) => start({ ...context, prefix: `${prefix}-${worker}`, worker, shared }),
      async (env, signal) => {
        // JavaScript users, and values that lost their type on the way
        const channels = (env as Partial<E> | undefined)?.channels;
        if (typeof channels !== "object" || Object.keys(channels).length === 0) throw wakefulError("NO_CHANNELS", {});
        const { systems } = resources;
        const harness = await createHarness({
          channels: env.channels,
          systems,
          signal,
          ...(sla !== undefined && { sla }),
          ...(onVerdict !== undefined && { onVerdict }),
        });
        if (!signal.aborted) return { env, harness };
        await harness.close();
        throw signal.reason;
      },
    );
  }
}

function shared<S extends SharedStart<unknown>>(): NonNullable<S["result"]> {
  const given = sharedResult();
  if (given === undefined) {
    throw wakefulError("INVALID_OPTION", {
      option: "shared()",
      value: "nothing",
      expected:
        'a shared start: name its file in the Vitest configuration, plugins: [wakeful({ shareStart: "./test/shared.ts" })]',
    });
  }
  return given.result as NonNullable<S["result"]>;
}

/** What a promise rejected with, in a list. */
async function rejections(closing: Promise<void>): Promise<unknown[]> {
  try {
    await closing;
    return [];
  } catch (error) {
    return error instanceof AggregateError ? error.errors : [error];
  }
}
