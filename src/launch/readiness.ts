import { get } from "node:http";
import { get as getSecurely } from "node:https";
import { type Clock, formatDuration } from "../time/index.ts";
import { lineMatcher, type LogBook } from "./log-book.ts";

const bodyShown = 200;

/**
 * How to see that a system is ready: an HTTP path that answers 2xx or 3xx, a log line, or a function that neither throws
 * nor returns false. The function gets the system, with its `url`, and a signal that is aborted when nobody waits for its
 * answer any more.
 */
export type Ready<System = unknown> =
  { readonly http: string } | { readonly log: string | RegExp } | ((system: System, signal: AbortSignal) => unknown);

/** What to look at. */
export interface ReadinessCheck<System = unknown> {
  readonly ready: Ready<System>;
  readonly system: System;
  /** What `http` is relative to. */
  readonly url: string | undefined;
  readonly log: LogBook;
  /** Lines before this position of the log say nothing: they are of a process that has ended. */
  readonly since: number;
}

/**
 * One look. Resolves to why the system is not ready, or to undefined when it is. Ends after `limit` milliseconds at the
 * latest; rejects with the reason of `over` when that is aborted. `hold`: whether it keeps this process alive.
 */
export async function lookReady<System>(
  check: ReadinessCheck<System>,
  { limit, clock, over, hold = true }: { limit: number; clock: Clock; over: AbortSignal; hold?: boolean },
): Promise<string | undefined> {
  over.throwIfAborted();
  const cutOff = new AbortController();
  using timer = clock.timer(
    limit,
    () => {
      cutOff.abort();
    },
    { hold },
  );
  void timer;
  const signal = AbortSignal.any([over, cutOff.signal]);
  const cut = new Promise<string>((resolve) => {
    signal.addEventListener(
      "abort",
      () => {
        resolve(`no answer within ${formatDuration(limit)}`);
      },
      { once: true },
    );
  });
  const problem = await Promise.race([look(check, signal, hold), cut]);
  over.throwIfAborted();
  return problem;
}

async function look<System>(
  { ready, system, url, log, since }: ReadinessCheck<System>,
  signal: AbortSignal,
  hold: boolean,
): Promise<string | undefined> {
  if (typeof ready === "function") {
    try {
      return (await ready(system, signal)) === false ? "it returned false" : undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  if ("http" in ready) return await lookByHttp(new URL(ready.http, url), signal, hold);
  const matches = lineMatcher(ready.log);
  return log.textsSince(since).some(matches) ? undefined : "no such line";
}

function lookByHttp(target: URL, signal: AbortSignal, hold: boolean): Promise<string | undefined> {
  const what = `GET ${target.pathname}${target.search}`;
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException) => {
      // a refusal on all addresses of a name has a code and no message
      resolve(`${what}: ${error.message || error.code || error.name}`);
    };
    const request = (target.protocol === "https:" ? getSecurely : get)(target, { signal, agent: false }, (response) => {
      const { statusCode = 0 } = response;
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => (body = (body + piece).slice(0, bodyShown)));
      response.on("error", fail);
      response.on("end", () => {
        const fine = statusCode >= 200 && statusCode < 400;
        resolve(fine ? undefined : `${what} answered ${statusCode} ${body}`.trimEnd());
      });
    });
    request.on("error", fail);
    if (!hold) request.on("socket", (socket) => socket.unref());
  });
}

/** What was waited for, for people. */
export function describeReady({ ready }: Pick<ReadinessCheck<never>, "ready">): string {
  if (typeof ready === "function") return "its readiness function did not succeed";
  return "http" in ready ? `GET ${ready.http} did not answer 2xx or 3xx` : `no log line with ${String(ready.log)}`;
}
