import type { ObservedSystem, SystemExit, SystemLogLine } from "../contracts/index.ts";
import * as kind from "../kinds.ts";
import { checkArgument, checkOptions, type OptionKinds } from "../options.ts";
import { type Clock, delay, type Duration, milliseconds, systemClock } from "../time/index.ts";
import { awaitReady } from "./await-ready.ts";
import { LogBook } from "./log-book.ts";
import { lookReady, type Ready, type ReadinessCheck } from "./readiness.ts";
import { logLimit, requireReady } from "./settings.ts";

const heartbeat = 1_000;
const longestLook = 2_000;
const linesKept = 10_000;

export interface AttachSystemOptions {
  readonly name: string;
  readonly url: string;
  readonly ready: Ready<{ readonly name: string; readonly url: string }>;
  /** Subscribes to the system's log lines, where they can be had. */
  readonly logs?: (listener: (line: SystemLogLine) => void) => Disposable;
  /** Declares that all work is done before a request is answered or a message acknowledged: proofs rest on it. */
  readonly finishesBeforeReply?: boolean;
  /** A sign of the system's own that it has no work left. */
  readonly idle?: () => Promise<boolean>;
  /** Default "30s". */
  readonly startWithin?: Duration;
  /** How many lines of its log are kept. Default 10,000. */
  readonly logLimit?: number;
  /** Cancels the wait for its readiness. */
  readonly signal?: AbortSignal;
  /** @internal */
  readonly clock?: Clock;
}

const attachOptions: OptionKinds<AttachSystemOptions> = {
  name: kind.needed(kind.text),
  url: kind.needed({
    expected: 'a whole URL: "http://127.0.0.1:8080"',
    accepts: (value) => typeof value === "string" && URL.canParse(value),
  }),
  ready: kind.anything,
  logs: kind.callback,
  finishesBeforeReply: kind.flag,
  idle: kind.callback,
  startWithin: kind.duration,
  logLimit,
  signal: kind.signal,
  clock: kind.internal(kind.anything),
};

const disposable: kind.Kind = {
  expected: "something with [Symbol.dispose]",
  accepts: (value) => typeof (Object(value) as Partial<Disposable>)[Symbol.dispose] === "function",
};

/** A system that somebody else started: a compose file, a staging environment, a debugger. Made by `attachSystem`. */
export interface AttachedSystem extends ObservedSystem, AsyncDisposable {
  readonly url: string;
  /** As last looked at: when it was attached, and then each second while somebody listens to `onReadyChange`. */
  readonly ready: boolean;
  /** Never resolves: whose process it is, knows nobody here. */
  readonly exited: Promise<SystemExit>;
  /** What it logged since; left out where `logs` was not given. */
  readonly log?: LogBook;
  onReadyChange(listener: (ready: boolean, reason: string) => void): Disposable;
}

/**
 * Attaches to a running system and resolves when it is ready. Rejects with `SYSTEM_NOT_READY`. Dispose to let go of it; it
 * runs on.
 *
 * @example
 * await using orders = await attachSystem({ name: "orders", url: "http://127.0.0.1:8080", ready: { http: "/health" } });
 */
export async function attachSystem(options: AttachSystemOptions): Promise<AttachedSystem> {
  checkOptions("attachSystem()", options, attachOptions);
  const { name, url, ready, logs, signal, clock = systemClock } = options;
  const within = milliseconds(options.startWithin ?? "30s", "startWithin");
  requireReady(ready, url);
  const log = new LogBook({ system: name, clock, limit: options.logLimit ?? linesKept });
  const source = logs?.((line) => {
    log.append(line);
  });
  if (source !== undefined) checkArgument("What logs(listener) returned", source, disposable);
  const check = { ready, system: { name, url }, url, log, since: 0 };
  try {
    await awaitReady({ name, check, within, clock, over: signal ?? new AbortController().signal });
  } catch (error) {
    source?.[Symbol.dispose]();
    throw error;
  }
  return new Attachment(options, check, source);
}

class Attachment implements AttachedSystem {
  readonly name: string;
  readonly url: string;
  readonly finishesBeforeReply: boolean;
  readonly idle?: () => Promise<boolean>;
  readonly exited = new Promise<SystemExit>(() => undefined);
  readonly log?: LogBook;
  readonly #check: ReadinessCheck<{ readonly name: string; readonly url: string }>;
  readonly #clock: Clock;
  readonly #source: Disposable | undefined;
  readonly #listeners = new Set<(ready: boolean, reason: string) => void>();
  #ready = true;
  #heart: AbortController | undefined;

  constructor(
    { name, url, finishesBeforeReply = false, idle, clock = systemClock }: AttachSystemOptions,
    check: ReadinessCheck<{ readonly name: string; readonly url: string }>,
    source: Disposable | undefined,
  ) {
    this.name = name;
    this.url = url;
    this.finishesBeforeReply = finishesBeforeReply;
    if (idle !== undefined) this.idle = idle;
    if (source !== undefined) this.log = check.log;
    this.#check = check;
    this.#clock = clock;
    this.#source = source;
  }

  get ready(): boolean {
    return this.#ready;
  }

  logs(listener: (line: SystemLogLine) => void): Disposable {
    return this.#check.log.listen(listener);
  }

  onReadyChange(listener: (ready: boolean, reason: string) => void): Disposable {
    checkArgument("onReadyChange(listener)", listener, kind.callback);
    this.#listeners.add(listener);
    // a log line that was there once says nothing about now
    if (this.#heart === undefined && !isLogLine(this.#check.ready)) {
      this.#heart = new AbortController();
      void this.#beat(this.#heart.signal);
    }
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(listener);
        if (this.#listeners.size === 0) this.#stopHeart();
      },
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#listeners.clear();
    this.#stopHeart();
    this.#source?.[Symbol.dispose]();
    return Promise.resolve();
  }

  #stopHeart(): void {
    this.#heart?.abort();
    this.#heart = undefined;
  }

  async #beat(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      let problem: string | undefined;
      try {
        problem = await lookReady(this.#check, { limit: longestLook, clock: this.#clock, over, hold: false });
        this.#setReady(problem === undefined, problem ?? "ready again");
        await delay(this.#clock, heartbeat, { signal: over, hold: false });
      } catch {
        // only an abort comes here: nobody listens any more
        return;
      }
    }
  }

  #setReady(ready: boolean, reason: string): void {
    if (this.#ready === ready) return;
    this.#ready = ready;
    for (const listener of this.#listeners) listener(ready, reason);
  }
}

function isLogLine<System>(ready: Ready<System>): boolean {
  return typeof ready === "object" && "log" in ready;
}
