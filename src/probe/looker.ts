import { UsageError, wakefulError } from "../errors.ts";
import { Deadline } from "../time/index.ts";
import type { Look, ProbeContext } from "./context.ts";
import type { Attempt, ProbeOptions } from "./types.ts";
import { topFrame } from "./stack.ts";
import { ValueHistory } from "./value-history.ts";

const leastGrace = 50;
const longestSynchronous = 50;

/** A look that ends the wait whatever time is left, with the reason. */
export interface Fatal {
  readonly kind: "usage" | "probe wrong" | "fail fast" | "until threw";
  readonly error: unknown;
}

export interface LookerOptions {
  readonly probe: (attempt: Attempt) => unknown;
  readonly until: ((value: never) => unknown) | undefined;
  readonly options: ProbeOptions;
  readonly context: ProbeContext;
  readonly description: string;
  readonly startedAt: number;
  /** When the wait ends, monotonic; a look may end a grace later. */
  readonly endsAt: number;
  /** The stack of the line that started the wait. */
  readonly origin: () => string;
}

/** Makes looks, one at a time, and judges what they saw. */
export class Looker {
  readonly history = new ValueHistory();
  readonly #options: LookerOptions;
  #number = 0;
  #longest = 0;
  #lastTook = 0;
  #lastError: unknown;
  #failures: { readonly type: string; readonly place: string }[] = [];
  #blocked: number | undefined;

  constructor(options: LookerOptions) {
    this.#options = options;
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
    const [first] = this.#failures;
    return (
      first !== undefined &&
      this.#failures.length === this.#number &&
      this.#number > 1 &&
      (first.type === "TypeError" || first.type === "SyntaxError") &&
      this.#failures.every(({ type, place }) => type === first.type && place === first.place)
    );
  }

  /** One look. It is cut off a grace after the end of the wait; the grace is its longest predecessor, at least 50 ms. */
  async look(signal: AbortSignal): Promise<{ look: Look; fatal?: Fatal }> {
    const { probe, context, startedAt } = this.#options;
    const { clock } = context;
    const number = ++this.#number;
    const began = clock.now();
    const cutOff = new AbortController();
    const attempt: Attempt = {
      number,
      elapsed: began - startedAt,
      signal: AbortSignal.any([signal, cutOff.signal]),
    };
    let result: { value: unknown } | { error: unknown } | "hung";
    try {
      const returned = probe(attempt);
      const synchronous = clock.now() - began;
      if (synchronous > longestSynchronous) this.#blocked = Math.max(this.#blocked ?? 0, synchronous);
      result = isThenable(returned) ? await this.#finish(returned, began, cutOff, signal) : { value: returned };
    } catch (error) {
      result = { error };
    }
    signal.throwIfAborted();
    const took = clock.now() - began;
    this.#lastTook = took;
    if (result !== "hung") this.#longest = Math.max(this.#longest, took);
    return this.#judge(number, took, result);
  }

  #finish(
    returned: PromiseLike<unknown>,
    began: number,
    cutOff: AbortController,
    signal: AbortSignal,
  ): Promise<{ value: unknown } | { error: unknown } | "hung"> {
    const { context, endsAt } = this.#options;
    const { clock } = context;
    const grace = Math.max(leastGrace, this.#longest);
    // measured like a deadline, so that a block of this process is not taken for a hanging probe
    const limit = new Deadline(clock, Math.max(endsAt, began) + grace - clock.now());
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
      returned.then(
        (value) => {
          end();
          resolve({ value });
        },
        (error: unknown) => {
          end();
          resolve({ error });
        },
      );
    });
  }

  #judge(
    number: number,
    took: number,
    result: { value: unknown } | { error: unknown } | "hung",
  ): { look: Look; fatal?: Fatal } {
    const { until, options, context, description, origin } = this.#options;
    const finish = (outcome: Look["outcome"], seen: unknown, fatal?: Fatal) => {
      const look: Look = { number, took, outcome, result: seen };
      if (outcome !== "hung") this.history.add(seen);
      context.onLook?.(look, description);
      return fatal === undefined ? { look } : { look, fatal };
    };
    if (result === "hung") return finish("hung", undefined);
    if ("error" in result) {
      const { error } = result;
      this.#lastError = error;
      if (error instanceof Error) {
        const top = topFrame(error.stack);
        this.#failures.push({ type: error.name, place: top === undefined ? "" : `${top.file}:${top.line}` });
        if (error instanceof UsageError) return finish("threw", error, { kind: "usage", error });
        // a name that does not exist in the test's own file will not exist later either
        if (error.name === "ReferenceError" && top !== undefined && top.file === topFrame(origin())?.file) {
          return finish("threw", error, { kind: "probe wrong", error });
        }
      }
      if (options.failFast?.(error) === true) return finish("threw", error, { kind: "fail fast", error });
      return finish("threw", error);
    }
    const { value } = result;
    if (until === undefined) {
      if (typeof value !== "boolean") return finish("held", value);
      return finish("not yet", value, {
        kind: "usage",
        error: wakefulError("BOOLEAN_PROBE", { probe: description, value: String(value) }),
      });
    }
    let answer: unknown;
    try {
      answer = until(value as never);
    } catch (error) {
      return finish("not yet", value, { kind: "until threw", error });
    }
    if (typeof answer !== "boolean") {
      const asynchronous = isThenable(answer);
      return finish("not yet", value, {
        kind: "usage",
        error: wakefulError("INVALID_OPTION", {
          option: "until",
          value: asynchronous ? "a promise" : `its result (${typeof answer})`,
          expected: asynchronous ? "a synchronous function: await inside the probe instead" : "true or false",
        }),
      });
    }
    return finish(answer ? "held" : "not yet", value);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    typeof (value as { then?: unknown }).then === "function"
  );
}
