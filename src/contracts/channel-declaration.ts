import type { Accounting } from "./accounting.ts";
import type { Codec } from "./codec.ts";
import type { Endpoint } from "./endpoint.ts";
import type { StandardSchema } from "./standard-schema.ts";
import type { ObservedSystem } from "./system.ts";

/** The transport that an endpoint belongs to, as the harness sees it. One object for each transport instance. */
export interface TransportInfo {
  /** For reports: "sns-sqs". */
  readonly name: string;
  readonly accounting?: Accounting;
  /** A system that comes with the transport: the handlers on an in-process bus. */
  readonly system?: ObservedSystem;
  /** Tells of what broke in the transport without failing a call: a handler on an in-process bus that threw. */
  faults?(listener: (cause: unknown, where: string) => void): Disposable;
}

interface Declaration {
  readonly endpoint: Endpoint;
  readonly transport: TransportInfo;
  readonly schema?: StandardSchema;
  readonly codec?: Codec;
  /** Where the payload bears the id that tells whose event it is. */
  readonly correlation?: Correlation;
  /** Dead letters: an event that nobody takes fails the scope that caused it, unless `allowed`. */
  readonly deadLetters?: { readonly allowed: boolean };
}

/**
 * Reads the correlation id from a payload: a field's name, or a function. An event whose id equals the scope's trace id,
 * or an id given to `scope.own(id)`, belongs to the scope; one with another id is foreign only when another scope owns it.
 */
export type Correlation = string | ((payload: never) => string | undefined);

/** Events go in only: the harness sends, a system reads. `Options`: what `send` takes beside what all channels take. */
export interface SendableDeclaration<in In, in Options = unknown> extends Declaration {
  readonly direction: "send";
  /** Types only, never set. */
  readonly types?: (payload: In, options: Options) => void;
}

/** Events come out only: a queue that only the harness reads. */
export interface ListenableDeclaration<out Out> extends Declaration {
  readonly direction: "listen";
  /** Types only, never set. */
  readonly types?: () => Out;
}

/** What a system gave up on comes out, and can be sent back to where it came from. */
export interface DeadLettersDeclaration<out Out> extends ListenableDeclaration<Out> {
  readonly deadLetters: { readonly allowed: boolean };
  readonly endpoint: Endpoint & Required<Pick<Endpoint, "listen" | "redrive">>;
}

/** Events go in and come out: a topic, a bus. */
export interface ChannelDeclaration<in In, out Out = In, in Options = unknown> extends Declaration {
  readonly direction: "both";
  /** Types only, never set. */
  readonly types?: (payload: In, options: Options) => Out;
}

/** What `harness({ channels })` takes, by the channel's name in the test. */
export type AnyDeclaration =
  SendableDeclaration<never, never> | ListenableDeclaration<unknown> | ChannelDeclaration<never, unknown, never>;
