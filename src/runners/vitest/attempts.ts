import type { TestContext } from "vitest";
import { wakefulError } from "../../errors.ts";
import type { Scope } from "../../harness/index.ts";
import { type DeadlineCap, formatDuration, systemClock } from "../../time/index.ts";
import type { Environment, StartedEnvironment } from "./environment.ts";
import { attachEvidence } from "./evidence.ts";
import { wrapBody } from "./test-body.ts";
import { workerState } from "./worker-state.ts";

type Task = TestContext["task"];

/** How long before Vitest's own time-out a wait ends, ms: so that its verdict is what the user sees. */
const reserve = 250;

/** The scopes of the attempts that run now. Each retry and each repetition of a test is an attempt, with a scope of its own. */
export class Attempts<E extends StartedEnvironment> {
  readonly #environment: Environment<E>;
  readonly #scopes = new WeakMap<Task, Scope<E["channels"]>>();

  constructor(environment: Environment<E>) {
    this.#environment = environment;
  }

  /** The scope of a test that runs. */
  scope(task: Task): Scope<E["channels"]> {
    const scope = this.#scopes.get(task);
    if (scope === undefined)
      throw wakefulError("SCOPE_CLOSED", { scope: fullName(task), action: "A fixture was set up" });
    return scope;
  }

  /** Runs one attempt, with its hooks and fixtures, inside a scope, and closes that: closing is a check. */
  readonly around = async (runAttempt: () => Promise<void>, { task, annotate, signal }: TestContext): Promise<void> => {
    // a describe inside one that does this already
    if (this.#scopes.has(task)) return runAttempt();
    const scope = this.#environment.running.harness.scope(fullName(task));
    this.#scopes.set(task, scope);
    const withEvidence = async (act: () => unknown) => {
      try {
        await act();
      } catch (error) {
        await attachEvidence(error, task, annotate);
        throw error;
      }
    };
    const onAbort = () => {
      cutOff(scope, signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    // Vitest 4.1 has one signal for all attempts: once it has told of a time-out, only the error itself tells of the next
    const signalUsedUp = signal.aborted;
    using _wrapped = wrapBody(task, async (body) => {
      scope.limit(capOf(task.timeout, "testTimeout"));
      try {
        await withEvidence(async () => {
          try {
            await body();
          } catch (error) {
            if (signalUsedUp && isTimeout(error)) cutOff(scope, error);
            throw error;
          }
        });
      } finally {
        scope.limit(hookCap());
      }
    });
    scope.limit(hookCap());
    try {
      await scope.run(runAttempt);
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#scopes.delete(task);
      // a test that failed, or that skipped itself, has its result: only one that passed is judged by its leftovers
      await withEvidence(() => scope.close({ failed: task.result?.state !== "pass" }));
    }
  };
}

/**
 * Vitest gives up a test, or a hook, that takes too long, or a run that is cancelled: nobody looks at its waits any more. What
 * a time-out found waiting is its cause, where Vitest shows it.
 */
function cutOff(scope: Scope, reason: unknown): void {
  const errors = scope.cutOff(reason instanceof Error ? firstLine(reason) : String(reason));
  // the error of a cancelled run is the same one for all tests
  if (errors.length === 0 || !isTimeout(reason)) return;
  reason.cause ??=
    errors.length === 1 ? errors[0] : new AggregateError(errors, errors.map((error) => error.message).join("\n\n"));
}

/** Vitest's own: a test's errors may speak of other time-outs. */
function isTimeout(error: unknown): error is Error {
  return error instanceof Error && /^(?:Test|Hook) timed out in \d+ms/.test(firstLine(error));
}

function firstLine({ message }: Error): string {
  return message.split("\n", 1)[0] ?? "";
}

function fullName(task: Task): string {
  const names = [task.name];
  for (let { suite } = task; suite !== undefined; { suite } = suite) names.unshift(suite.name);
  return names.join(" > ");
}

/** Vitest's time-out as a limit for waits, counted from now. */
function capOf(timeout: number, name: string): DeadlineCap | undefined {
  if (timeout <= 0 || !Number.isFinite(timeout)) return undefined;
  return { at: systemClock.now() + endOf(timeout), name: `${name} of ${formatDuration(timeout)}` };
}

/**
 * The same for hooks. Each hook has a time of its own, and Vitest does not say when one begins: so it is counted from
 * whenever a wait asks.
 */
function hookCap(): DeadlineCap | undefined {
  const { hookTimeout } = workerState();
  const cap = hookTimeout === undefined ? undefined : capOf(hookTimeout, "hookTimeout");
  if (hookTimeout === undefined || cap === undefined) return undefined;
  return {
    name: cap.name,
    get at() {
      return systemClock.now() + endOf(hookTimeout);
    },
  };
}

function endOf(timeout: number): number {
  return timeout - Math.min(reserve, timeout / 2);
}
