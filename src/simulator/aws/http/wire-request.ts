/** What the services need of an HTTP request. Headers that were not sent are "". */
export interface WireRequest {
  /** Path and query, as they were sent: "/?Action=ListTopics". */
  readonly url: string;
  readonly host: string;
  /** X-Amz-Target: "AmazonSQS.SendMessage". */
  readonly target: string;
  readonly authorization: string;
  readonly body: string;
}

/** Whoever sent a request. */
export interface Caller {
  /** Aborted when the caller has hung up. Made when it is asked for: most answers are there at once. */
  readonly signal: AbortSignal;
}
