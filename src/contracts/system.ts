/** A system under test as the harness sees it. `startProcess` and `attachSystem` return one; write your own for others. */
export interface ObservedSystem {
  readonly name: string;
  /** Calls back for each log line, from now on. */
  logs(listener: (line: SystemLogLine) => void): Disposable;
  /** Resolves when the system is gone, asked for or not. Never rejects. Stays pending for systems that cannot be watched. */
  readonly exited: Promise<SystemExit>;
  /** Whether the system is alive and answers its readiness check, as last known. */
  readonly ready: boolean;
  /** Calls back whenever `ready` changes. Left out: only `ready` and `exited` are looked at. */
  onReadyChange?(listener: (ready: boolean, reason: string) => void): Disposable;
  /**
   * The system's declaration: all work is done before a request is answered or a message acknowledged.
   * Then "nothing is waiting or in flight" means "finished".
   */
  readonly finishesBeforeReply: boolean;
  /** A sign of the system's own that it has no work left. */
  idle?(): Promise<boolean>;
}

export interface SystemLogLine {
  readonly stream: "stdout" | "stderr";
  readonly text: string;
  /** Real time, milliseconds since the epoch. */
  readonly at: number;
}

export interface SystemExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** Whether the test asked for it (`kill`, `stop`, `restart`, dispose). */
  readonly expected: boolean;
  /** The last lines of its log. */
  readonly lastLines: readonly string[];
}
