import { resolve } from "node:path";
import type { ObservedSystem, SystemExit, SystemLogLine } from "../contracts/index.ts";
import { wakefulError } from "../errors.ts";
import { type Clock, type Duration, milliseconds, systemClock } from "../time/index.ts";
import { childEnvironment } from "./environment.ts";
import { findFreePort } from "./free-port.ts";
import { LogBook } from "./log-book.ts";
import { describeEnding, type Ending, ProcessGroup } from "./process-group.ts";
import { awaitReady, type Ready } from "./readiness.ts";

const portAttempts = 3;
const linesShown = 30;

export interface StartProcessOptions {
  /** For reports. Default: the program's and its first parameter's name. */
  readonly name?: string;
  /** Program and parameters; no shell. "node" is the Node that runs the tests. */
  readonly command: readonly [string, ...string[]];
  /** Default: the current directory. */
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Variables to inherit besides PATH, HOME, TMPDIR and LANG. */
  readonly inherit?: readonly string[];
  /** The variable that gets a free port; false: none. Default "PORT". */
  readonly port?: string | false;
  readonly ready: Ready;
  /** Default "30s". */
  readonly startWithin?: Duration;
  /** Declares that all work is done before a request is answered or a message acknowledged: proofs rest on it. */
  readonly finishesBeforeReply?: boolean;
  /** A sign of the system's own that it has no work left. */
  readonly idle?: (system: StartedProcess) => Promise<boolean>;
  /** How long `stop` waits before it kills, which makes the run red. Default "5s". */
  readonly stopWithin?: Duration;
  /** Default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
  /** Opens Node's inspector on a free port (node commands only); its address is in the log. */
  readonly inspect?: boolean;
  /** A directory for Node's raw coverage (NODE_V8_COVERAGE). */
  readonly coverage?: string;
  /** Called when it is ready, each time. */
  readonly afterStart?: (system: StartedProcess) => unknown;
  /** Called before it is stopped, while it still runs. */
  readonly beforeStop?: (system: StartedProcess) => unknown;
  readonly signal?: AbortSignal;
  /** @internal */
  readonly clock?: Clock;
}

/** A system under test that runs as a child process. */
export interface StartedProcess extends ObservedSystem, AsyncDisposable {
  /** "http://127.0.0.1:41234" */
  readonly url: string;
  readonly port: number | undefined;
  readonly pid: number | undefined;
  readonly ready: boolean;
  /** The end of the present process; a restart makes a new one. */
  readonly exited: Promise<SystemExit>;
  readonly log: LogBook;
  /** Kills it at once, as a crash would. Ends no wait. Resolves when it is gone. */
  kill(signal?: NodeJS.Signals): Promise<SystemExit>;
  /** Asks it to stop. Rejects with `SYSTEM_HUNG_ON_STOP`, after it was killed, when it does not within `stopWithin`. */
  stop(): Promise<SystemExit>;
  /** Stops it if it runs, and starts it again with the same port. Resolves when it is ready. */
  restart(): Promise<void>;
}

/**
 * Starts a system as a child process and resolves when it is ready. Whatever becomes of this process, the child and its
 * children end with it; children that open a session of their own are out of reach.
 *
 * Rejects with `COMMAND_NOT_FOUND`, `SYSTEM_EXITED_AT_START`, `SYSTEM_NOT_READY`, each with its log; nothing is left then.
 *
 * @example
 * const app = await startProcess({ command: ["node", "src/main.ts"], env: simulator.env, ready: { http: "/health" } });
 */
export async function startProcess(options: StartProcessOptions): Promise<StartedProcess> {
  if (options.command.length === 0 || options.command[0] === "") {
    throw wakefulError("INVALID_OPTION", {
      option: "command",
      value: JSON.stringify(options.command),
      expected: "a program and its parameters",
    });
  }
  if (process.platform === "win32") {
    throw wakefulError("INVALID_OPTION", {
      option: "startProcess",
      value: "on Windows",
      expected: "a POSIX system; use attachSystem there",
    });
  }
  for (let attempt = 1; ; attempt++) {
    const port = options.port === false ? undefined : await findFreePort();
    const system = new ChildSystem(options, port);
    try {
      await system.start();
      return system;
    } catch (error) {
      // somebody took the port between our choice and its use
      const taken = port !== undefined && system.log.contains("EADDRINUSE");
      if (!taken || attempt === portAttempts) throw error;
    }
  }
}

class ChildSystem implements StartedProcess {
  readonly name: string;
  readonly port: number | undefined;
  readonly log: LogBook;
  readonly finishesBeforeReply: boolean;
  readonly idle?: () => Promise<boolean>;
  readonly #options: StartProcessOptions;
  readonly #clock: Clock;
  readonly #readyListeners = new Set<(ready: boolean, reason: string) => void>();
  #group: ProcessGroup | undefined;
  #exited: Promise<SystemExit> = new Promise(() => undefined);
  #ready = false;
  #expected = false;
  #stopping: Promise<SystemExit> | undefined;

  constructor(options: StartProcessOptions, port: number | undefined) {
    const { command, clock = systemClock, idle } = options;
    this.#options = options;
    this.#clock = clock;
    this.port = port;
    this.name = options.name ?? command.slice(0, 2).join(" ");
    this.log = new LogBook(clock);
    this.finishesBeforeReply = options.finishesBeforeReply ?? false;
    if (idle !== undefined) this.idle = () => idle(this);
  }

  get url(): string {
    if (this.port === undefined)
      throw wakefulError("INVALID_OPTION", {
        option: `${this.name}.url`,
        value: "port: false",
        expected: "a system with a port",
      });
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.#group?.pid;
  }

  get ready(): boolean {
    return this.#ready;
  }

  get exited(): Promise<SystemExit> {
    return this.#exited;
  }

  logs(listener: (line: SystemLogLine) => void): Disposable {
    return this.log.listen(listener);
  }

  onReadyChange(listener: (ready: boolean, reason: string) => void): Disposable {
    this.#readyListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#readyListeners.delete(listener) };
  }

  /** Spawns the process and waits until it is ready. Leaves nothing behind when that fails. */
  async start(): Promise<void> {
    const { startWithin = "30s", ready, afterStart, signal } = this.#options;
    const within = milliseconds(startWithin, "startWithin");
    signal?.throwIfAborted();
    this.#expected = false;
    this.#stopping = undefined;
    const group = this.#spawn();
    this.#group = group;
    const over = new AbortController();
    let starting = true;
    const cancel = () => {
      over.abort(signal?.reason);
    };
    signal?.addEventListener("abort", cancel, { once: true });
    this.#exited = group.ended.then(
      (ending) => {
        if (starting) over.abort(this.#exitedAtStart(ending));
        return this.#afterExit(ending, starting);
      },
      (cause: unknown) => {
        over.abort(this.#notStarted(cause));
        return { code: null, signal: null, expected: true, lastLines: [] };
      },
    );
    try {
      await awaitReady({
        name: this.name,
        ready,
        url: () => this.url,
        log: this.log,
        within,
        clock: this.#clock,
        over: over.signal,
      });
      this.#setReady(true, "ready");
      await afterStart?.(this);
    } catch (error) {
      this.#expected = true;
      group.signal("SIGKILL");
      await this.#exited;
      throw error;
    } finally {
      starting = false;
      signal?.removeEventListener("abort", cancel);
    }
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<SystemExit> {
    this.#expected = true;
    this.#setReady(false, `killed by the test with ${signal}`);
    this.#group?.signal(signal);
    return await this.#exited;
  }

  stop(): Promise<SystemExit> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async restart(): Promise<void> {
    if (this.#group?.over === false) await this.stop();
    await this.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(): Promise<SystemExit> {
    const { beforeStop, stopWithin = "5s", stopSignal = "SIGTERM" } = this.#options;
    const group = this.#group;
    if (group === undefined || group.over) return await this.#exited;
    let hookError: unknown;
    try {
      await beforeStop?.(this);
    } catch (error) {
      hookError = error;
    }
    const within = milliseconds(stopWithin, "stopWithin");
    this.#expected = true;
    this.#setReady(false, "being stopped");
    group.signal(stopSignal);
    let hung = false;
    using limit = this.#clock.timer(within, () => {
      hung = true;
      group.signal("SIGKILL");
    });
    void limit;
    const exit = await this.#exited;
    if (hung)
      throw wakefulError("SYSTEM_HUNG_ON_STOP", {
        system: this.name,
        stopWithin: within,
        log: this.log.tail(linesShown),
      });
    if (hookError !== undefined) throw hookError;
    return exit;
  }

  #spawn(): ProcessGroup {
    const {
      command,
      cwd = ".",
      env = {},
      inherit = [],
      port = "PORT",
      inspect,
      coverage,
      stopWithin = "5s",
    } = this.#options;
    const [program, ...parameters] = command;
    const withInspector = inspect === true && program === "node" ? ["--inspect=127.0.0.1:0"] : [];
    return new ProcessGroup({
      command: [program, ...withInspector, ...parameters],
      cwd: resolve(cwd),
      env: childEnvironment(inherit, {
        ...(port !== false && this.port !== undefined && { [port]: String(this.port) }),
        ...(coverage !== undefined && { NODE_V8_COVERAGE: resolve(coverage) }),
        ...env,
      }),
      log: this.log,
      clock: this.#clock,
      grace: milliseconds(stopWithin, "stopWithin"),
    });
  }

  #afterExit(ending: Ending, starting: boolean): SystemExit {
    const expected = this.#expected || starting;
    this.#setReady(false, describeEnding(ending));
    return { ...ending, expected, lastLines: this.log.tail(linesShown) };
  }

  #exitedAtStart(ending: Ending) {
    return wakefulError("SYSTEM_EXITED_AT_START", {
      system: this.name,
      exit: describeEnding(ending),
      log: this.log.tail(linesShown),
    });
  }

  #notStarted(cause: unknown) {
    const { command, cwd = "." } = this.#options;
    return wakefulError("COMMAND_NOT_FOUND", { system: this.name, command: command[0], cwd: resolve(cwd) }, { cause });
  }

  #setReady(ready: boolean, reason: string): void {
    if (this.#ready === ready) return;
    this.#ready = ready;
    for (const listener of this.#readyListeners) listener(ready, reason);
  }
}
