import { UsageError, wakefulError } from "../errors.ts";
import { type Clock, Deadline } from "../time/index.ts";
import type { Look, ProbeContext } from "./context.ts";
import { FailurePattern } from "./failure-pattern.ts";
import { isError } from "./is-error.ts";
import { topFrame } from "./stack.ts";
import type { Attempt, ProbeOptions } from "./types.ts";
import { ValueHistory } from "./value-history.ts";

const leastGrace = 50;
const longestSynchronous = 50;

/** A look that ends the wait whatever time is left, with the reason. */
export interface Fatal {
  readonly kind: "usage" | "probe wrong" | "fail fast" | "until threw" | "failFast threw";
  readonly error: unknown;
}

export interface LookerOptions {
  readonly probe: (attempt: Attempt) => unknown;
  readonly until: ((value: never) => unknown) | undefined;
  readonly options: ProbeOptions;
  readonly context: ProbeContext;
  readonly description: string;
  readonly startedAt: number;
  /** When the wait ends. A look may end a grace later. */
  readonly deadline: Deadline;
  /** The stack of the line that started the wait. */
  readonly origin: () => string;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };
type Result = Outcome | "hung";

/** Makes looks, one at a time, and judges what they saw. */
export class Looker {
  readonly history = new ValueHistory();
  readonly #options: LookerOptions;
  readonly #clock: Clock;
  readonly #pattern = new FailurePattern();
  #number = 0;
  #longest = 0;
  #lastTook = 0;
  #lastError: unknown;
  #blocked: number | undefined;

  constructor(options: LookerOptions) {
    this.#options = options;
    this.#clock = options.context.clock;
  }

  get number(): number {
    return this.#number;
  }

  /** How long the last look took, ms. */
  get lastTook(): number {
    return this.#lastTook;
  }

  /** The last error that a look threw by itself. */
  get lastError(): unknown {
    return this.#lastError;
  }

  /** The longest time that the probe blocked the process, if that was long. */
  get blocked(): number | undefined {
    return this.#blocked;
  }

  /** Whether every look failed with the same TypeError or SyntaxError in the same line: rarely the system's fault. */
  get probeMayBeWrong(): boolean {
    return this.#pattern.covers(this.#number);
  }

  /** One look. What still runs a grace after the end of the wait is cut off. Rejects with the signal's reason at once. */
  async look(signal: AbortSignal): Promise<{ look: Look; fatal?: Fatal }> {
    const { probe, startedAt } = this.#options;
    const number = ++this.#number;
    const began = this.#clock.now();
    const limit = this.#limit(began);
    const cutOff = new AbortController();
    const attempt: Attempt = {
      number,
      elapsed: began - startedAt,
      signal: AbortSignal.any([signal, cutOff.signal]),
    };
    const returned = attemptTo(() => probe(attempt));
    const late = this.#checkBlocked(began, limit);
    const result =
      "value" in returned && isThenable(returned.value)
        ? await this.#finish(returned.value, limit, cutOff, signal)
        : returned;
    signal.throwIfAborted();
    const took = this.#clock.now() - began;
    this.#lastTook = took;
    // what did not count gives no time to the looks after it
    if (result !== "hung" && late === undefined) this.#longest = Math.max(this.#longest, took);
    return this.#judge({ number, took, ...(late !== undefined && { late }) }, result);
  }

  /**
   * Until when this look must end: a grace after the end of the wait. The grace is the longest look so far, at least 50 ms.
   * A look that begins at the very end gets twice that, or an average one would be hung as often as it takes its longest.
   * Measured like a deadline, so that a block of this process is not taken for a hanging probe.
   */
  #limit(began: number): Deadline {
    const { deadline } = this.#options;
    const last = began >= deadline.at;
    const grace = Math.max(leastGrace, last ? 2 * this.#longest : this.#longest);
    // what comes after a cap is not ours
    return new Deadline(this.#clock, deadline.cap === undefined ? grace : leastGrace, {
      since: last ? began : deadline.at,
    });
  }

  /** Notes how long the probe worked synchronously; returns how much too long that was, if its time is over by it. */
  #checkBlocked(began: number, limit: Deadline): number | undefined {
    const { context, description } = this.#options;
    const now = this.#clock.now();
    const synchronous = now - began;
    if (synchronous > longestSynchronous) {
      if (this.#blocked === undefined) context.onBlocked?.(synchronous, description);
      this.#blocked = Math.max(this.#blocked ?? 0, synchronous);
    }
    return limit.remaining() > 0 ? undefined : now - limit.at;
  }

  #finish(
    returned: PromiseLike<unknown>,
    limit: Deadline,
    cutOff: AbortController,
    signal: AbortSignal,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      const end = () => {
        watch[Symbol.dispose]();
        signal.removeEventListener("abort", onAbort);
      };
      const watch = limit.whenPassed(() => {
        end();
        cutOff.abort(new Error("this look was cut off: the wait is over"));
        resolve("hung");
      });
      const onAbort = () => {
        end();
        reject(signal.reason);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      // not its own `then`: that may throw, or yield another thenable
      Promise.resolve(returned).then(
        (value) => {
          end();
          resolve({ value });
        },
        (error: unknown) => {
          end();
          resolve({ error });
        },
      );
      if (signal.aborted) onAbort();
    });
  }

  #judge(made: Pick<Look, "number" | "took" | "late">, result: Result): { look: Look; fatal?: Fatal } {
    const { until, context, description } = this.#options;
    const finish = (outcome: Look["outcome"], seen: unknown, fatal?: Fatal) => {
      const look: Look = { ...made, outcome, result: seen };
      if (outcome !== "hung") this.history.add(seen);
      context.onLook?.(look, description);
      return fatal === undefined ? { look } : { look, fatal };
    };
    if (result === "hung") return finish("hung", undefined);
    if ("error" in result) {
      this.#lastError = result.error;
      this.#pattern.add(result.error);
      return finish("threw", result.error, this.#judgeError(result.error));
    }
    const { value } = result;
    if (until === undefined) {
      if (typeof value !== "boolean") return finish("held", value);
      const error = wakefulError("BOOLEAN_PROBE", { probe: description, value: String(value) });
      return finish("not yet", value, { kind: "usage", error });
    }
    const answer = ask("until", () => until(value as never));
    if ("error" in answer) return finish("not yet", value, { kind: answer.kind ?? "until threw", error: answer.error });
    return finish(answer.yes ? "held" : "not yet", value);
  }

  /** Why this error ends the wait, if it does. */
  #judgeError(error: unknown): Fatal | undefined {
    const { options, origin } = this.#options;
    if (error instanceof UsageError) return { kind: "usage", error };
    // a name that does not exist in the test's own file will not exist later either
    if (isError(error) && error.name === "ReferenceError") {
      const top = topFrame(error.stack);
      if (top !== undefined && top.file === topFrame(origin())?.file) return { kind: "probe wrong", error };
    }
    const { failFast } = options;
    if (failFast === undefined) return undefined;
    const answer = ask("failFast", () => failFast(error));
    if ("error" in answer) return { kind: answer.kind ?? "failFast threw", error: answer.error };
    return answer.yes ? { kind: "fail fast", error } : undefined;
  }
}

/** Asks a function of the user for yes or no; anything else is a mistake in it. */
function ask(
  option: "until" | "failFast",
  question: () => unknown,
): { readonly yes: boolean } | { readonly error: unknown; readonly kind?: "usage" } {
  const result = attemptTo(question);
  if ("error" in result) return result;
  const { value: answer } = result;
  if (typeof answer === "boolean") return { yes: answer };
  const asynchronous = isThenable(answer);
  // nobody will await it: its rejection must not end the process
  if (asynchronous) void Promise.resolve(answer).catch(() => undefined);
  const error = wakefulError("INVALID_OPTION", {
    option,
    value: asynchronous ? "a promise" : `its result (${typeof answer})`,
    expected: asynchronous ? "a synchronous function: await inside the probe instead" : "true or false",
  });
  return { error, kind: "usage" };
}

function attemptTo(act: () => unknown): Outcome {
  try {
    return { value: act() };
  } catch (error) {
    return { error };
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const then = attemptTo(() => (value as { then?: unknown }).then);
  // a getter that throws: awaiting the value throws the same
  return "error" in then || typeof then.value === "function";
}
