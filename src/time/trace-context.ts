import { AsyncLocalStorage } from "node:async_hooks";

/**
 * The trace id of the scope in whose async context code runs. The harness enters it, in-process transports read it: an
 * event emitted inside a test is known as that test's without bearing anything.
 */
export const traceContext = new AsyncLocalStorage<{ readonly traceId: string }>();
