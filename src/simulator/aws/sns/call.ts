import type { Broker } from "../../broker/broker.ts";
import type { QueryValue } from "../query.ts";

export type Input = Readonly<Record<string, QueryValue>>;

/** What an action needs besides its input. */
export interface SnsCall {
  readonly broker: Broker;
  /** "http://127.0.0.1:4566", from the request's own Host header. */
  readonly base: string;
  readonly accountId: string;
}

/** Returns the result, which the query protocol writes as XML; undefined for none. */
export type Action = (input: Input, call: SnsCall) => object | undefined;
export type Actions = Readonly<Record<string, Action>>;
