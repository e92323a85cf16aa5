import type { ObservedSystem, SystemExit, SystemLogLine } from "../contracts/index.ts";
import { type Clock, type Duration, milliseconds, systemClock } from "../time/index.ts";
import { LogBook } from "./log-book.ts";
import { awaitReady, lookReady, type Ready } from "./readiness.ts";

const heartbeat = 1_000;

export interface AttachSystemOptions {
  readonly name: string;
  readonly url: string;
  readonly ready: Ready;
  /** Subscribes to the system's log lines, where they can be had. */
  readonly logs?: (listener: (line: SystemLogLine) => void) => Disposable;
  readonly finishesBeforeReply?: boolean;
  readonly idle?: () => Promise<boolean>;
  /** Default "30s". */
  readonly startWithin?: Duration;
  readonly signal?: AbortSignal;
  /** @internal */
  readonly clock?: Clock;
}

/** A system that somebody else started: a compose file, a staging environment, a debugger. */
export interface AttachedSystem extends ObservedSystem, AsyncDisposable {
  readonly url: string;
}

/**
 * Attaches to a running system and resolves when it is ready. It is looked after while it is attached: `ready` follows a
 * check each second. Rejects with `SYSTEM_NOT_READY`.
 */
export async function attachSystem(options: AttachSystemOptions): Promise<AttachedSystem> {
  const {
    name,
    url,
    ready,
    startWithin = "30s",
    signal,
    clock = systemClock,
    idle,
    finishesBeforeReply = false,
  } = options;
  const log = new LogBook(clock);
  const source = options.logs?.((line) => {
    log.write(line.stream, `${line.text}\n`);
  });
  const closed = new AbortController();
  const over = signal === undefined ? closed.signal : AbortSignal.any([closed.signal, signal]);
  try {
    await awaitReady({
      name,
      ready,
      url: () => url,
      log,
      within: milliseconds(startWithin, "startWithin"),
      clock,
      over,
    });
  } catch (error) {
    source?.[Symbol.dispose]();
    throw error;
  }
  const listeners = new Set<(ready: boolean, reason: string) => void>();
  let isReady = true;
  let timer: Disposable | undefined;
  const beat = () => {
    timer = clock.timer(heartbeat, () => void look(), { hold: false });
  };
  const look = async () => {
    const problem = await lookReady(ready, () => url, log, closed.signal);
    if (closed.signal.aborted) return;
    if ((problem === undefined) !== isReady) {
      isReady = problem === undefined;
      for (const listener of listeners) listener(isReady, problem ?? "ready again");
    }
    beat();
  };
  // a log line that was there once says nothing about now
  if (typeof ready === "function" || "http" in ready) beat();
  return {
    name,
    url,
    finishesBeforeReply,
    ...(idle && { idle }),
    get ready() {
      return isReady;
    },
    exited: new Promise<SystemExit>(() => undefined),
    logs: (listener) => log.listen(listener),
    onReadyChange(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    [Symbol.asyncDispose]: () => {
      closed.abort();
      timer?.[Symbol.dispose]();
      source?.[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}
