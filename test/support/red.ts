import { VerdictError, WakefulError } from "../../src/errors.ts";

/** The red verdict that this ends with. Called before the clock is moved, so that the rejection is handled when it comes. */
export async function redOf(promise: Promise<unknown>): Promise<VerdictError> {
  const error = await errorOf(promise);
  if (error instanceof VerdictError) return error;
  throw new Error(`not a verdict: ${String(error)}`, { cause: error });
}

/** The error of Wakeful that this ends with. */
export async function wakefulErrorOf(promise: Promise<unknown>): Promise<WakefulError> {
  const error = await errorOf(promise);
  if (error instanceof WakefulError) return error;
  throw new Error(`not an error of Wakeful: ${String(error)}`, { cause: error });
}

/** Whatever this rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`it did not fail: ${String(value)}`);
}
