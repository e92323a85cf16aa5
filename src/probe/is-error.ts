import { types } from "node:util";

/** Whether this is an error, of whatever realm: runners may give each test file globals of its own. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}
