import { inspect } from "node:util";

/** The part of Vitest's state that is looked at. */
export interface RunState {
  readonly getUnhandledErrors: () => readonly unknown[];
}

/**
 * Turns the run red when a worker could not end cleanly. Vitest notes such errors when it has counted already, and then
 * neither prints nor counts them: so they are looked for when the process ends.
 */
export function reportTeardown(state: RunState): void {
  process.once("exit", () => {
    if ((process.exitCode ?? 0) !== 0) return;
    const errors = state
      .getUnhandledErrors()
      .filter((error) => (error as { readonly type?: string }).type === "Teardown Error");
    for (const error of errors) {
      const { stack, message } = error as { readonly stack?: string; readonly message?: string };
      console.error(`\nAt the end of a worker: ${stack ?? message ?? inspect(error)}`);
    }
    if (errors.length > 0) process.exitCode = 1;
  });
}
