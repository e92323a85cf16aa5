import { isError } from "./is-error.ts";
import { topFrame } from "./stack.ts";

const suspicious = new Set(["TypeError", "SyntaxError", "ReferenceError"]);

/**
 * Finds out whether all looks failed with the same TypeError (SyntaxError, ReferenceError) in the same line, which is
 * rarely the system's fault. An error that has a cause is not meant: `fetch` reports a refused connection as a TypeError.
 */
export class FailurePattern {
  #first: string | undefined;
  #alike = 0;

  add(error: unknown): void {
    if (!isError(error) || !suspicious.has(error.name) || error.cause !== undefined) return;
    const top = topFrame(error.stack);
    const fingerprint = `${error.name} ${top?.file}:${top?.line}`;
    this.#first ??= fingerprint;
    if (this.#first === fingerprint) this.#alike++;
  }

  /** Whether it holds of all of so many looks. One look is no pattern. */
  covers(looks: number): boolean {
    return looks > 1 && this.#alike === looks;
  }
}
