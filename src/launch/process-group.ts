import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { type Clock, delay } from "../time/index.ts";
import { groupRuns } from "./group-runs.ts";
import { type Guardian, startGuardian } from "./guardian.ts";
import type { LogBook } from "./log-book.ts";

/** How long the dead may take to go, and their last output to come, ms. */
const patience = 500;
const longestRest = 40;

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface GroupOptions {
  /** Program and parameters. */
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly log: LogBook;
  readonly clock: Clock;
  /** How long the group may take to end when this process dies, ms. */
  readonly grace: number;
  /** Called as soon as the process has ended; its output and its children may still be there. */
  readonly onExit: (ending: Ending) => void;
}

/** One child in a process group of its own, guarded. It keeps this process alive until `letGo`. */
export class ProcessGroup {
  readonly #child: ChildProcess | undefined;
  readonly #guardian: Guardian;
  readonly #clock: Clock;
  /** Resolves when the child and its group are gone, and its output is read. Rejects when it could not be started. */
  readonly ended: Promise<Ending>;
  #over = false;
  #gone = false;
  /** The group was asked to end: what remains after the child may finish its work. */
  #asked = false;
  #forcedAt: number | undefined;

  constructor(options: GroupOptions) {
    const { command, cwd, env, clock, grace, log } = options;
    const [program, ...parameters] = command;
    this.#clock = clock;
    this.#guardian = startGuardian();
    try {
      this.#child = spawn(program, parameters, {
        cwd,
        // Node hands its own coverage variable down unless it is mentioned
        env: { NODE_V8_COVERAGE: undefined, ...env },
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
      });
    } catch (error) {
      // parameters that are too long, a null byte: thrown at once, other problems come as an event
      this.#guardian.release();
      this.ended = Promise.reject(error);
      this.ended.catch(() => undefined);
      return;
    }
    if (this.#child.pid !== undefined) this.#guardian.guard(this.#child.pid, grace);
    for (const stream of ["stdout", "stderr"] as const) {
      this.#child[stream]?.setEncoding("utf8").on("data", (piece: string) => {
        log.write(stream, piece);
      });
    }
    this.ended = this.#watch(this.#child, options);
    // whoever cares awaits it; a failed start is reported by the caller
    this.ended.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Whether the child has ended. */
  get over(): boolean {
    return this.#over;
  }

  /** Whether nothing of the group is left. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Asks the whole group to end. After SIGKILL, or when the child ends unasked, its children are killed with it. */
  end(signal: NodeJS.Signals): void {
    if (signal === "SIGKILL") {
      this.force();
      return;
    }
    this.#asked = true;
    this.#signal(signal);
  }

  /** Kills what is left. */
  force(): void {
    this.#forcedAt ??= this.#clock.now();
    this.#signal("SIGKILL");
  }

  /** From now on the child does not keep this process alive. */
  letGo(): void {
    this.#eachHandle((handle) => handle.unref());
  }

  /** Takes `letGo` back. */
  hold(): void {
    this.#eachHandle((handle) => handle.ref());
  }

  #eachHandle(change: (handle: { ref(): void; unref(): void }) => void): void {
    for (const handle of [this.#child, this.#child?.stdout, this.#child?.stderr]) {
      // the streams are sockets, though their type does not say so
      if (handle && "unref" in handle) change(handle);
    }
  }

  #signal(signal: NodeJS.Signals): void {
    // later the number may be somebody else's
    if (this.#gone || this.#child?.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // macOS refuses (EPERM) where only processes are left that have ended and were not collected
      if (code !== "ESRCH" && !(code === "EPERM" && this.#over)) throw error;
    }
  }

  async #watch(child: ChildProcess, { log, onExit }: GroupOptions): Promise<Ending> {
    const closed = new Promise<void>((resolve) => {
      child.once("close", () => {
        resolve();
      });
    });
    try {
      const ending = await new Promise<Ending>((resolve, reject) => {
        child.once("error", reject);
        child.once("exit", (code, signal) => {
          this.#over = true;
          onExit({ code, signal });
          // children of the child would keep its port, and its output open
          if (!this.#asked) this.force();
          resolve({ code, signal });
        });
      });
      await this.#untilGone();
      this.#gone = true;
      await this.#untilRead(child, closed);
      return ending;
    } finally {
      this.#over = true;
      this.#gone = true;
      log.end();
      this.#guardian.release();
    }
  }

  async #untilGone(): Promise<void> {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    for (let rest = 1; groupRuns(pid); rest = Math.min(longestRest, rest * 2)) {
      if (this.#forcedAt !== undefined && this.#clock.now() - this.#forcedAt > patience) return;
      await delay(this.#clock, rest);
    }
  }

  /** A child that opened a session of its own may hold the output open for ever: then what came until now is all. */
  async #untilRead(child: ChildProcess, closed: Promise<void>): Promise<void> {
    const enough = new AbortController();
    const late = delay(this.#clock, patience, { signal: enough.signal }).then(
      // if this process was blocked meanwhile, the output is still unread
      () => this.#clock.turn(),
      // closed in time
      () => undefined,
    );
    await Promise.race([closed, late]);
    enough.abort();
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

/** "exit code 1", "SIGKILL". */
export function describeEnding({ code, signal }: Ending): string {
  if (signal !== null) return signal;
  const number = code ?? 0;
  const name =
    number > 128 ? Object.entries(constants.signals).find(([, value]) => value === number - 128)?.[0] : undefined;
  return `exit code ${number}${name === undefined ? "" : `, ${name}`}`;
}
