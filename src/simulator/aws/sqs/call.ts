import type { Broker } from "../../broker/broker.ts";
import type { Queue } from "../../broker/queue.ts";
import type { Caller } from "../http/wire-request.ts";
import { noSuchQueue } from "./errors.ts";
import { type Input, text } from "./input.ts";

/** What an action needs besides its input. */
export interface SqsCall {
  readonly broker: Broker;
  /** "http://127.0.0.1:4566", from the request's own Host header. */
  readonly base: string;
  readonly accountId: string;
  readonly caller: Caller;
  /** What the caller's tracing sent along with the request, for all messages of it. */
  readonly traceHeader?: string | undefined;
}

/**
 * Takes and gives what the JSON protocol carries; the query protocol is translated to it and back. Only what waits gives a
 * promise: the others are answered in the turn in which they came.
 */
export type Action = (input: Input, call: SqsCall) => object | Promise<object>;

export type Actions = Readonly<Record<string, Action>>;

export function queueOf(input: Input, { broker }: SqsCall): Queue {
  const url = text(input, "QueueUrl");
  const queue = broker.queues.get(url.slice(url.lastIndexOf("/") + 1));
  if (queue === undefined) throw noSuchQueue();
  return queue;
}

export function urlOf(name: string, { base, accountId }: SqsCall): string {
  return `${base}/${accountId}/${name}`;
}
