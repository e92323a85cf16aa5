import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { type Clock } from "../time/index.ts";
import type { LogBook } from "./log-book.ts";
import { type Guardian, startGuardian } from "./guardian.ts";

const drainLimit = 500;

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface GroupOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly log: LogBook;
  readonly clock: Clock;
  /** How long the group may take to end when this process dies, ms. */
  readonly grace: number;
}

/** One child in a process group of its own, guarded. */
export class ProcessGroup {
  readonly #child: ChildProcess;
  readonly #guardian: Guardian;
  readonly #clock: Clock;
  /** Resolves when the child has ended and its output is read. Rejects when it could not be started. */
  readonly ended: Promise<Ending>;
  #over = false;

  constructor({ command, cwd, env, log, clock, grace }: GroupOptions) {
    const [program = "", ...parameters] = command;
    this.#clock = clock;
    this.#guardian = startGuardian();
    this.#child = spawn(program === "node" ? process.execPath : program, parameters, {
      cwd,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (this.#child.pid !== undefined) this.#guardian.guard(this.#child.pid, grace);
    for (const stream of ["stdout", "stderr"] as const) {
      this.#child[stream]?.setEncoding("utf8").on("data", (piece: string) => {
        log.write(stream, piece);
      });
    }
    this.ended = this.#watch(log);
    // whoever cares awaits it; a failed start is reported by the caller
    this.ended.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Sends a signal to the whole group. Nothing happens when it is gone. */
  signal(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  async #watch(log: LogBook): Promise<Ending> {
    try {
      return await new Promise<Ending>((resolve, reject) => {
        let drain: Disposable | undefined;
        let ending: Ending | undefined;
        const end = () => {
          drain?.[Symbol.dispose]();
          if (ending !== undefined) resolve(ending);
        };
        this.#child.once("error", reject);
        this.#child.once("exit", (code, signal) => {
          this.#over = true;
          ending = { code, signal };
          // children of the child would keep its port, and its output open
          this.signal("SIGKILL");
          drain = this.#clock.timer(drainLimit, end);
        });
        this.#child.once("close", end);
      });
    } finally {
      this.#over = true;
      log.end();
      this.#guardian.release();
    }
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
