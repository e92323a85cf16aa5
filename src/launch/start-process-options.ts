import type { Clock, Duration } from "../time/index.ts";
import type { Ready } from "./readiness.ts";
import type { StartedProcess } from "./started-process.ts";

export interface StartProcessOptions {
  /** For reports. Default: the program's and its first parameter's name. */
  readonly name?: string;
  /**
   * Program and parameters; no shell. "node" is the Node that runs the tests; anything else, also what such a program starts
   * itself, is looked up on PATH.
   */
  readonly command: readonly [string, ...string[]];
  /** Default: the current directory. */
  readonly cwd?: string;
  /** Added to the environment; `undefined` takes an inherited variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Variables to inherit besides PATH, HOME, TMPDIR and LANG. */
  readonly inherit?: readonly string[];
  /** The variable that gets a free port of 127.0.0.1; false: none. Default "PORT". */
  readonly port?: string | false;
  readonly ready: Ready<StartedProcess>;
  /** How long it may take to be ready. Default "30s". */
  readonly startWithin?: Duration;
  /** Declares that all work is done before a request is answered or a message acknowledged: proofs rest on it. */
  readonly finishesBeforeReply?: boolean;
  /** A sign of the system's own that it has no work left. */
  readonly idle?: (system: StartedProcess) => Promise<boolean>;
  /** How long `stop` waits before it kills, which makes the run red; `beforeStop` may take as long. Default "5s". */
  readonly stopWithin?: Duration;
  /** Default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
  /** Opens Node's inspector on a free port, see `inspectorUrl`. Only for `command: ["node", ...]`. */
  readonly inspect?: boolean;
  /**
   * A directory for Node's raw coverage (NODE_V8_COVERAGE). Node writes it when the process exits by itself: the system must
   * handle the stop signal, and what was killed leaves none.
   */
  readonly coverage?: string;
  /** Called when it is ready, each time. The start is not over before it is. */
  readonly afterStart?: (system: StartedProcess) => unknown;
  /** Called before it is stopped, while it still runs; not before `kill`, nor for a system that is not ready. */
  readonly beforeStop?: (system: StartedProcess) => unknown;
  /** How many lines of its log are kept. Default 10,000. */
  readonly logLimit?: number;
  /** Cancels the start. */
  readonly signal?: AbortSignal;
  /** @internal */
  readonly clock?: Clock;
}
