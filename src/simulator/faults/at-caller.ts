import { WakefulError } from "../../errors.ts";

export type PublicFunction = (...given: never[]) => unknown;

/** Runs `work`, which `calledFrom` does. Its errors begin at the line that called that: this is where the mistake is. */
export function atCaller<T>(calledFrom: PublicFunction, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof WakefulError) Error.captureStackTrace(error, calledFrom);
    throw error;
  }
}
