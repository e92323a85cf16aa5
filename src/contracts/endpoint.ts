/** Message attributes, in one shape on every path (topic to queue, raw or wrapped, sent or received). */
export type Attributes = Readonly<Record<string, string | Uint8Array>>;

/**
 * What a transport makes of an address, for example `aws.topic("customer--created")`. The harness knows no addresses:
 * it sends to, and listens on, endpoints.
 */
export interface Endpoint {
  /** For reports: "topic customer--created". */
  readonly name: string;
  /** "bytes": bodies are text or bytes and need a codec. "values": bodies are JavaScript values, handed over as they are. */
  readonly carries: "bytes" | "values";
  /** Set where it does not hear all that is sent to the place where it listens. */
  readonly filter?: EndpointFilter;
  /** Names of what `send` takes beside `attributes`, `key` and `signal`. Any other one is refused. Left out: none. */
  readonly sendOptions?: readonly string[];
  /** Sends one message. Resolves when the technology has accepted it. */
  send?(message: OutgoingMessage, signal: AbortSignal): Promise<SendReceipt>;
  /** Arms a listener. Resolves when nothing sent from now on can be missed. */
  listen?(sink: ListenerSink, signal: AbortSignal): Promise<Subscription>;
  /**
   * Sends a dead letter that a sink of this endpoint got back to where it came from: once, whether it was taken off the
   * broker or is still there. Rejects with `REDRIVE_SOURCE_UNKNOWN` where nobody says where it came from.
   */
  redrive?(letter: DeadLetter, signal: AbortSignal): Promise<RedriveReceipt>;
}

/** What keeps a listener from hearing all that is sent to a place. */
export interface EndpointFilter {
  /** The place: the name of an endpoint that hears all of it, "topic orders". */
  readonly of: string;
  /** For reports: '{"kind":["new"]} on the body'. */
  readonly text: string;
}

/** A message that a listener on dead letters received, as it is known to its transport. */
export interface DeadLetter {
  /** For reports: the id that the sink got. */
  readonly id: string;
  /** The vendor's own object, as the sink got it. */
  readonly raw: unknown;
}

/** What is known of a dead letter once it is sent back. */
export interface RedriveReceipt extends SendReceipt {
  /** Where it went, by name. */
  readonly to: string;
}

/** One message on its way out. */
export interface OutgoingMessage {
  /** Text or bytes for an endpoint that carries bytes, any value otherwise. */
  readonly body: unknown;
  /** What the test gave, plus `traceparent` of the scope. */
  readonly attributes: Attributes;
  /** Partition key, message group, routing key. */
  readonly key?: string;
  /** What was given to `send` and is the transport's own matter. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** What is known of a message once it is sent. */
export interface SendReceipt {
  /** The broker's id. */
  readonly id: string;
  /** How many consumers that are not the harness's own it reached. Left out: unknown. */
  readonly reached?: number;
  /** Whether the broker took it for one that was sent before, whose id it has, and delivers nothing. */
  readonly duplicate?: boolean;
}

/** Where a listener delivers what it hears. All calls are synchronous and never throw. */
export interface ListenerSink {
  /** One message arrived. Called once for each delivery, redeliveries included. */
  event(message: IncomingMessage): void;
  /** Something arrived that the transport itself could not read (a broken wrapper, for example). */
  undecodable(failure: UndecodableMessage): void;
  /** From this moment the listener may miss events, or get them late. */
  deaf(cause: unknown): void;
  /** The listener hears again. `lost`: whether events of the meantime may be lost (not only late). */
  back(lost: boolean): void;
  /** The listener broke for good. */
  failed(cause: unknown): void;
  /**
   * Whether a message bears a mark of this harness: the trace of one of its scopes, or an id that one declared as its own.
   * For listeners on what others may use too, which must give back what is not ours.
   */
  ours(message: Pick<IncomingMessage, "id" | "body" | "attributes" | "key">): boolean;
}

/** One message that a listener received. */
export interface IncomingMessage {
  /** The broker's id. A redelivery has the same id. */
  readonly id: string;
  /** The body as it came: text or bytes, or any value on an endpoint that carries values. */
  readonly body: unknown;
  readonly attributes: Attributes;
  readonly key?: string;
  /** When the broker accepted it, real time. */
  readonly sentAt?: Date;
  /** When the broker accepted it, on the broker's own clock where that is a virtual one. */
  readonly virtualSentAt?: Date;
  /** How often the broker delivered it, this time included. */
  readonly deliveries: number;
  /** The vendor's own object, for what is not modelled. */
  readonly raw: unknown;
  /** The trace id that an in-process transport knows from the call context (AsyncLocalStorage). */
  readonly traceId?: string;
}

/** A message that could not be read. */
export interface UndecodableMessage {
  readonly id: string;
  readonly raw: unknown;
  readonly attributes: Attributes;
  readonly cause: unknown;
}

/** An armed listener. */
export interface Subscription extends AsyncDisposable {
  /**
   * Stops listening and removes what the listener created. Idempotent. Afterwards nothing is left on the broker and no
   * message that the sink did not get was taken.
   */
  [Symbol.asyncDispose](): Promise<void>;
}
