import { AsyncLocalStorage } from "node:async_hooks";
import type { WatchedPromise } from "./watched-promise.ts";

/**
 * Every trace id that a harness makes begins with these four bytes ("wake"), so that an event of another test, worker or
 * run is known as foreign, while a trace that the system started by itself is merely unattributed.
 */
export const harnessTraceMark = "77616b65";

/** Whether some harness made this trace id. */
export function isHarnessTrace(traceId: string): boolean {
  return traceId.startsWith(harnessTraceMark);
}

/**
 * The trace id of the scope in whose async context code runs. The harness enters it, in-process transports read it: an
 * event emitted inside a test is known as that test's without bearing anything.
 */
export const traceContext = new AsyncLocalStorage<{
  readonly traceId: string;
  /** Takes what was started here and must be awaited before the scope ends. */
  readonly watch?: (promise: WatchedPromise<unknown>) => void;
}>();
