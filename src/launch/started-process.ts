import type { ObservedSystem, SystemExit } from "../contracts/index.ts";
import type { LogBook } from "./log-book.ts";

/** A system under test that runs as a child process. Made by `startProcess`. It does not keep this process alive. */
export interface StartedProcess extends ObservedSystem, AsyncDisposable {
  /** "http://127.0.0.1:24123". Throws `INVALID_OPTION` where it has no port. */
  readonly url: string;
  /** undefined with `port: false`. */
  readonly port: number | undefined;
  /** Of the present process, or of the last one. */
  readonly pid: number | undefined;
  /** True from its readiness until its end, or until it is asked to end. */
  readonly ready: boolean;
  /**
   * The end of the present process; a restart makes a new one, so ask for it again after `restart`. `expected` is false if
   * the process ended after it was ready and before anybody asked it to.
   */
  readonly exited: Promise<SystemExit>;
  /** What it logged, over all restarts. */
  readonly log: LogBook;
  /** Where a debugger can attach, with `inspect`: "ws://127.0.0.1:41237/...". */
  readonly inspectorUrl: string | undefined;
  onReadyChange(listener: (ready: boolean, reason: string) => void): Disposable;
  /**
   * Ends it as a crash would, by default with SIGKILL; no hook runs. It is an expected end, and fails no wait. Resolves
   * when it is gone. Rejects with `SYSTEM_HUNG_ON_STOP` when another signal did not end it within `stopWithin`.
   */
  kill(signal?: NodeJS.Signals): Promise<SystemExit>;
  /**
   * Asks it, and its children, to stop; resolves when all are gone. Cancels a restart that is under way. Rejects, after
   * they were killed, with `SYSTEM_HUNG_ON_STOP` when they did not within `stopWithin`, with `HOOK_HUNG`, or with what
   * `beforeStop` threw. Called again it gives the same answer.
   */
  stop(): Promise<SystemExit>;
  /**
   * Stops it if it runs, and starts it again with the same port and environment. Resolves when it is ready; rejects like
   * `stop` and `startProcess`, and with `RESTART_CANCELLED`.
   */
  restart(): Promise<void>;
}
