import { resolve } from "node:path";
import type { SystemExit, SystemLogLine } from "../contracts/index.ts";
import { WakefulError, wakefulError } from "../errors.ts";
import { callback } from "../kinds.ts";
import { checkArgument } from "../options.ts";
import { Deadline } from "../time/index.ts";
import { framesAbove, showFrames } from "../text/index.ts";
import { awaitReady } from "./await-ready.ts";
import { resolveCommand, whyNotStarted } from "./command.ts";
import { childEnvironment } from "./environment.ts";
import { findFreePort } from "./free-port.ts";
import { LogBook } from "./log-book.ts";
import { describeEnding, type Ending, ProcessGroup } from "./process-group.ts";
import { type Settings, settingsOf, signalName } from "./settings.ts";
import type { StartProcessOptions } from "./start-process-options.ts";
import type { StartedProcess } from "./started-process.ts";

const portsTried = 3;
const linesShown = 30;

/**
 * Starts a system as a child process and resolves when it is ready. Whatever becomes of this process, the child and its
 * children end with it; children that open a session of their own are out of reach.
 *
 * Rejects with `COMMAND_NOT_FOUND`, `SYSTEM_EXITED_AT_START`, `SYSTEM_NOT_READY`, each with its log, or with what `afterStart`
 * threw; nothing is left then. A process that ends at start because somebody took its port is started again with another.
 *
 * @example
 * await using app = await startProcess({ command: ["node", "src/main.ts"], ready: { http: "/health" } });
 * const answer = await fetch(new URL("/customer", app.url), { method: "POST", body });
 */
export async function startProcess(options: StartProcessOptions): Promise<StartedProcess> {
  const origin = framesAbove(startProcess);
  const settings = settingsOf(options);
  const tried = new Set<number>();
  for (;;) {
    const port = settings.port === false ? undefined : await findFreePort(tried);
    const system = new ChildSystem(settings, port);
    try {
      await system.start(options.signal);
      return system;
    } catch (error) {
      // somebody took the port between our choice and its use; "address already in use" is how other languages say it
      const ended = error instanceof WakefulError && error.code === "SYSTEM_EXITED_AT_START";
      const taken = ended && system.log.contains(/EADDRINUSE|address already in use/i);
      if (port === undefined || !taken || tried.add(port).size === portsTried) {
        throw error instanceof WakefulError ? showFrames(error, origin) : error;
      }
    }
  }
}

class ChildSystem implements StartedProcess {
  readonly name: string;
  readonly port: number | undefined;
  readonly log: LogBook;
  readonly finishesBeforeReply: boolean;
  readonly idle?: () => Promise<boolean>;
  readonly #settings: Settings;
  readonly #readyListeners = new Set<(ready: boolean, reason: string) => void>();
  #group: ProcessGroup | undefined;
  #exited: Promise<SystemExit> = new Promise(() => undefined);
  #ready = false;
  /** Whether the present process was asked to end. */
  #asked = false;
  #inspectorUrl: string | undefined;
  #stopping: Promise<SystemExit> | undefined;
  #restarting: Promise<void> | undefined;
  #cancelRestart = new AbortController();

  constructor(settings: Settings, port: number | undefined) {
    const { name, clock, logLimit, idle } = settings;
    this.#settings = settings;
    this.name = name;
    this.port = port;
    this.log = new LogBook({ system: name, clock, limit: logLimit });
    this.finishesBeforeReply = settings.finishesBeforeReply;
    if (idle !== undefined) this.idle = () => idle(this);
  }

  get url(): string {
    if (this.port === undefined) {
      const expected = "a system with a port";
      throw wakefulError("INVALID_OPTION", { option: `${this.name}.url`, value: "port: false", expected });
    }
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

  get inspectorUrl(): string | undefined {
    return this.#inspectorUrl;
  }

  logs(listener: (line: SystemLogLine) => void): Disposable {
    return this.log.listen(listener);
  }

  onReadyChange(listener: (ready: boolean, reason: string) => void): Disposable {
    checkArgument("onReadyChange(listener)", listener, callback);
    this.#readyListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#readyListeners.delete(listener) };
  }

  /** Starts the process and waits until it is ready. Leaves nothing behind when that fails. */
  async start(cancel: AbortSignal | undefined): Promise<void> {
    cancel?.throwIfAborted();
    const { name, ready, startWithin: within, clock, afterStart } = this.#settings;
    const since = this.log.position;
    const url = this.port === undefined ? undefined : this.url;
    const over = new AbortController();
    const abort = () => {
      over.abort(cancel?.reason);
    };
    cancel?.addEventListener("abort", abort, { once: true });
    const group = this.#run(since, (reason) => {
      over.abort(reason);
    });
    using inspector = this.#listenForInspector();
    void inspector;
    try {
      // a program that is not there has no process, and is told of in the next turn: whatever the check says, it is not ready
      if (group.pid === undefined) await rejectionOf(over.signal);
      await awaitReady({
        name,
        check: { ready, system: this, url, log: this.log, since },
        within,
        clock,
        over: over.signal,
      });
      this.#setReady(true, "ready");
      if (afterStart !== undefined) await Promise.race([afterStart(this), rejectionOf(over.signal)]);
      over.signal.throwIfAborted();
      group.letGo();
    } catch (error) {
      this.#asked = true;
      this.#setReady(false, "its start failed");
      group.force();
      await this.#exited;
      throw error;
    } finally {
      cancel?.removeEventListener("abort", abort);
    }
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<SystemExit> {
    checkArgument("kill(signal)", signal, signalName);
    return await this.#end(signal, `killed by the test with ${signal}`);
  }

  stop(): Promise<SystemExit> {
    this.#cancelRestart.abort(wakefulError("RESTART_CANCELLED", { system: this.name }));
    return this.#stopOnce();
  }

  restart(): Promise<void> {
    this.#restarting ??= this.#restart().finally(() => {
      this.#restarting = undefined;
    });
    return this.#restarting;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Spawns the process. `failed` is called with the reason when it ends, or could not be started. */
  #run(since: number, failed: (reason: unknown) => void): ProcessGroup {
    const { command, inspect, cwd, env, inherit, port, coverage, clock, stopWithin: grace } = this.#settings;
    this.#asked = false;
    this.#stopping = undefined;
    this.#inspectorUrl = undefined;
    let expected = true;
    const group = new ProcessGroup({
      command: resolveCommand(command, inspect),
      cwd,
      env: childEnvironment(inherit, {
        ...(port !== false && this.port !== undefined && { [port]: String(this.port) }),
        ...(coverage !== undefined && { NODE_V8_COVERAGE: resolve(coverage) }),
        ...env,
      }),
      log: this.log,
      clock,
      grace,
      onExit: (ending) => {
        // who fails to start is reported by the start
        expected = this.#asked || !this.#ready;
        this.#setReady(false, describeEnding(ending));
      },
    });
    this.#group = group;
    this.#exited = group.ended.then(
      (ending) => {
        const lastLines = this.log.textsSince(since).slice(-linesShown);
        failed(this.#exitedAtStart(ending, lastLines));
        return { ...ending, expected, lastLines };
      },
      (cause: unknown) => {
        failed(this.#notStarted(cause));
        return { code: null, signal: null, expected: true, lastLines: [] };
      },
    );
    return group;
  }

  /** Node names its address in a line of its own, before the program runs. */
  #listenForInspector(): Disposable {
    return this.log.listen(({ text }) => {
      if (this.#settings.inspect) this.#inspectorUrl ??= /^Debugger listening on (ws:\S+)/.exec(text)?.[1];
    });
  }

  #stopOnce(): Promise<SystemExit> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<SystemExit> {
    let hookError: unknown;
    try {
      await this.#beforeStop();
    } catch (error) {
      hookError = error;
    }
    const exit = await this.#end(this.#settings.stopSignal, "being stopped", hookError);
    if (hookError !== undefined) throw hookError;
    return exit;
  }

  async #beforeStop(): Promise<void> {
    const { name, beforeStop, clock, stopWithin: within } = this.#settings;
    if (beforeStop === undefined || !this.#ready) return;
    const over = new AbortController();
    using limit = new Deadline(clock, within).whenPassed(() => {
      over.abort(wakefulError("HOOK_HUNG", { system: name, hook: "beforeStop", within }));
    });
    void limit;
    await Promise.race([beforeStop(this), rejectionOf(over.signal)]);
  }

  async #end(signal: NodeJS.Signals, reason: string, cause?: unknown): Promise<SystemExit> {
    const group = this.#group;
    if (group === undefined || group.over) return await this.#exited;
    const { clock, stopWithin: within } = this.#settings;
    this.#asked = true;
    this.#setReady(false, reason);
    let hung = false;
    using limit = new Deadline(clock, within).whenPassed(() => {
      hung = !group.gone;
      group.force();
    });
    void limit;
    group.hold();
    group.end(signal);
    const exit = await this.#exited;
    const facts = { system: this.name, stopWithin: within, log: exit.lastLines };
    if (hung) throw wakefulError("SYSTEM_HUNG_ON_STOP", facts, { cause });
    return exit;
  }

  async #restart(): Promise<void> {
    const cancel = (this.#cancelRestart = new AbortController());
    if (this.#group?.over === false) await this.#stopOnce();
    else await this.#exited;
    await this.start(cancel.signal);
  }

  #exitedAtStart(ending: Ending, log: readonly string[]): WakefulError {
    return wakefulError("SYSTEM_EXITED_AT_START", { system: this.name, exit: describeEnding(ending), log });
  }

  #notStarted(cause: unknown): WakefulError {
    const { command, cwd } = this.#settings;
    const problem = whyNotStarted(command[0], cwd, cause);
    return wakefulError("COMMAND_NOT_FOUND", { system: this.name, command: command[0], cwd, problem }, { cause });
  }

  #setReady(ready: boolean, reason: string): void {
    if (this.#ready === ready) return;
    this.#ready = ready;
    for (const listener of this.#readyListeners) listener(ready, reason);
  }
}

/** Rejects when the signal is aborted. For races: somebody must await it. */
function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => {
      reject(signal.reason);
    };
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}
