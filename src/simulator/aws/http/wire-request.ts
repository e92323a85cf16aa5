import type { RequestHead } from "../request-head.ts";

/** What the services need of an HTTP request. */
export interface WireRequest {
  readonly head: RequestHead;
  readonly body: string;
}

/** Whoever sent a request. */
export interface Caller {
  /** Aborted when the caller has hung up. Made when it is asked for: most answers are there at once. */
  readonly signal: AbortSignal;
}
