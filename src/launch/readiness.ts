import { get } from "node:http";
import { get as getSecurely } from "node:https";
import { wakefulError } from "../errors.ts";
import { type Clock, defaultSchedule, Waker } from "../time/index.ts";
import { type LogBook, matchesLine } from "./log-book.ts";

const longestLook = 2_000;
const linesShown = 30;

/** How to see that a system is ready: an HTTP path that answers 2xx or 3xx, a log line, or a function that does not throw. */
export type Ready = { readonly http: string } | { readonly log: string | RegExp } | ((signal: AbortSignal) => unknown);

export interface ReadinessOptions {
  readonly name: string;
  readonly ready: Ready;
  readonly url: () => string;
  readonly log: LogBook;
  readonly within: number;
  readonly clock: Clock;
  /** Aborted with the reason why waiting makes no sense any more: the process has ended, the start was cancelled. */
  readonly over: AbortSignal;
}

/** One look. Returns why it is not ready; undefined when it is. */
export async function lookReady(
  ready: Ready,
  url: () => string,
  log: LogBook,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (typeof ready === "function") {
    try {
      const answer: unknown = await ready(signal);
      return answer === false ? "the check returned false" : undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  if ("log" in ready) return log.contains(ready.log) ? undefined : `no line with ${String(ready.log)}`;
  const target = new URL(ready.http, url());
  return await new Promise((resolve) => {
    const request = (target.protocol === "https:" ? getSecurely : get)(target, { signal, agent: false }, (response) => {
      const { statusCode = 0 } = response;
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => (body = (body + piece).slice(0, 200)));
      response.on("error", (error) => {
        resolve(error.message);
      });
      response.on("end", () => {
        resolve(
          statusCode >= 200 && statusCode < 400
            ? undefined
            : `GET ${target.pathname} answered ${statusCode}${body === "" ? "" : ` ${body}`}`,
        );
      });
    });
    request.on("error", (error) => {
      resolve(`GET ${target.pathname}: ${error.message || (error as NodeJS.ErrnoException).code || error.name}`);
    });
  });
}

/** Looks until the system is ready. Rejects with `SYSTEM_NOT_READY`, or with the reason of `over`. */
export async function awaitReady(options: ReadinessOptions): Promise<void> {
  const { name, ready, url, log, within, clock, over } = options;
  const startedAt = clock.now();
  const waker = new Waker(clock);
  using lines = log.listen(({ text }) => {
    if (typeof ready !== "function" && "log" in ready && matchesLine(text, ready.log)) waker.wake();
  });
  void lines;
  over.addEventListener("abort", waker.wake, { once: true });
  let last = "";
  for (let number = 1; ; number++) {
    over.throwIfAborted();
    const began = clock.now();
    const cutOff = new AbortController();
    using limit = clock.timer(Math.min(longestLook, Math.max(50, startedAt + within - began)), () => {
      cutOff.abort(new Error("no answer"));
    });
    void limit;
    const signal = AbortSignal.any([over, cutOff.signal]);
    const problem = await Promise.race([lookReady(ready, url, log, signal), cutShort(signal)]);
    over.throwIfAborted();
    if (problem === undefined) return;
    last = problem;
    const elapsed = clock.now() - startedAt;
    if (elapsed >= within) break;
    await waker.rest(Math.min(defaultSchedule({ number, elapsed, lastLook: clock.now() - began }), within - elapsed));
  }
  throw wakefulError("SYSTEM_NOT_READY", {
    system: name,
    waited: clock.now() - startedAt,
    check: describe(ready),
    last,
    log: log.tail(linesShown),
  });
}

function cutShort(signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    signal.addEventListener(
      "abort",
      () => {
        resolve("no answer");
      },
      { once: true },
    );
  });
}

function describe(ready: Ready): string {
  if (typeof ready === "function") return "its readiness function did not succeed";
  return "http" in ready ? `GET ${ready.http} did not answer 2xx` : `no log line with ${String(ready.log)}`;
}
