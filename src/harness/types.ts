import type {
  AnyDeclaration,
  Attributes,
  ChannelDeclaration,
  DeadLettersDeclaration,
  ListenableDeclaration,
  ObservedSystem,
  SendableDeclaration,
} from "../contracts/index.ts";
import type { Known, Match, Narrowed } from "../journal/index.ts";
import type { Probes } from "../probe/index.ts";
import type { Clock, DeadlineCap, Duration } from "../time/index.ts";

/** An event that a channel received, as one scope sees it. */
export interface ReceivedEvent<out T> {
  /** The broker's id. */
  readonly id: string;
  /** The channel's name in the harness. */
  readonly channel: string;
  readonly payload: T;
  readonly attributes: Attributes;
  readonly key?: string;
  /** Position in the journal: the order of arrival over all channels. */
  readonly sequence: number;
  /** When the broker accepted it, real time, where the broker says so. */
  readonly sentAt?: Date;
  /** When the broker accepted it, on a simulator's virtual clock. */
  readonly virtualSentAt?: Date;
  /** When it arrived here, real time. */
  readonly receivedAt: Date;
  /** Milliseconds since the send that caused it; only where that send is known by its trace. */
  readonly latency?: number;
  /** How often the broker delivered it so far. */
  readonly deliveries: number;
  /** Whether a wait of this scope has taken it. */
  readonly claimed: boolean;
  /** The vendor's own object. */
  readonly raw: unknown;
}

/** What a channel received and could not read: its codec refused it, or its schema. */
export interface RefusedMessage {
  /** The broker's id. */
  readonly id: string;
  /** The channel's name in the harness. */
  readonly channel: string;
  readonly why: "could not decode" | "schema mismatch";
  /** For people, one line each. */
  readonly problems: readonly string[];
  /** The body; where it could be decoded, what was decoded. */
  readonly body: unknown;
  readonly attributes: Attributes;
  /** Position in the journal: the order of arrival over all channels. */
  readonly sequence: number;
  /** When it arrived here, real time. */
  readonly receivedAt: Date;
}

/** An event that the harness sent. */
export interface SentEvent {
  /** The broker's id. */
  readonly id: string;
  readonly channel: string;
  readonly payload: unknown;
  readonly attributes: Attributes;
  /** Position in the journal. */
  readonly sequence: number;
  /** Just before the broker was called, real time. */
  readonly sentAt: Date;
  /** How many consumers that are not the harness's own it reached; left out where the broker cannot say. */
  readonly reached?: number;
  /** Whether the broker took it for one that was sent before: the id is that one's, and nothing new was delivered. */
  readonly duplicate?: boolean;
}

/** What `send` takes on every channel. Transports add their own: `{ delay: "5s" }` on a queue, `{ deduplicationId }` on FIFO. */
export interface SendOptions {
  /** Added to the message, beside the scope's `traceparent`. Give `traceparent` yourself to replace that. */
  readonly attributes?: Attributes;
  /** Partition key, message group. */
  readonly key?: string;
  readonly signal?: AbortSignal;
}

/** The options of `send` as an argument: one that can be left out, unless the transport needs some of them. */
export type SendArgument<Options> = object extends Options
  ? [options?: SendOptions & Options]
  : [options: SendOptions & Options];

export interface WaitOptions {
  /** The SLA of this wait. Default: the harness's. */
  readonly within?: Duration;
  /** Counts the SLA from this event instead of from the start of the wait. */
  readonly since?: SentEvent;
  readonly signal?: AbortSignal;
}

export interface CountOptions extends WaitOptions {
  /** What counts: distinct broker ids (default), so that a redelivery is no second event, or every delivery. */
  readonly count?: "ids" | "deliveries";
}

/** What a proof of absence rests on. */
export type Fact = "heard" | "worked off" | "finished" | "delivered";

/** The result of `none()`. */
export interface Proof {
  /** "proved": concluded from facts, at once. "watched": nothing came for `watchedFor` ms, and not all facts could be had. */
  readonly how: "proved" | "watched";
  readonly facts: readonly Fact[];
  readonly missing: readonly Fact[];
  /** Milliseconds. */
  readonly watchedFor: number;
  /**
   * How many of the test's own publications did not pass the channel's filter, so that it could not hear them; left out where
   * there were none.
   */
  readonly filteredOut?: number;
  /** The injected faults that hit something of the scope until then, with their hits; left out where there were none. */
  readonly faults?: readonly string[];
}

/** The result of `settled()`. */
export interface Settlement {
  /** "proved": by facts. "quiet": nothing of the scope happened for the time that the test declared to be enough. */
  readonly how: "proved" | "quiet";
  /** How often the facts were looked at. */
  readonly rounds: number;
  /** Milliseconds. */
  readonly waited: number;
  /** The injected faults that hit something of the scope until then, with their hits; left out where there were none. */
  readonly faults?: readonly string[];
}

export interface RedriveOptions {
  readonly signal?: AbortSignal;
}

/** A place where events go in. */
export interface Sendable<in In, Options = unknown> {
  /**
   * Sends an event. The payload is checked by the input side of the channel's schema and sent as given.
   * Rejects with `PAYLOAD_REJECTED`, `ENCODING_FAILED`, `SEND_FAILED`, `RESOURCE_MISSING`; on FIFO with `GROUP_MISSING`,
   * `DEDUPLICATION_ID_MISSING`.
   */
  send(payload: In, ...options: SendArgument<Options>): Promise<SentEvent>;
  /** Sends exactly these bytes, unchecked: for malformed input on purpose. */
  sendRaw(body: string | Uint8Array, ...options: SendArgument<Options>): Promise<SentEvent>;
}

/** A place where events come out. All waits look at events since the scope began; events of other scopes are never matched. */
export interface Listenable<out Out> {
  /** Waits for the next event that no wait of this scope has taken. */
  next(): Promise<ReceivedEvent<Out>>;
  /** Waits for the next event that the type guard accepts. */
  next<S extends Out>(
    accept: (event: ReceivedEvent<Out>) => event is ReceivedEvent<S>,
    options?: WaitOptions,
  ): Promise<ReceivedEvent<S>>;
  /** Waits for the next event that the predicate accepts. A predicate that throws ends the wait. */
  next(accept: (event: ReceivedEvent<Out>) => boolean, options?: WaitOptions): Promise<ReceivedEvent<Out>>;
  /**
   * Waits for the next event whose payload has these fields with these values.
   *
   * @example
   * const event = await customerCreated.next({ customer_id });
   */
  next<const M extends Match<Out>>(
    match: M & Known<M, Out>,
    options?: WaitOptions,
  ): Promise<ReceivedEvent<Narrowed<Out, M>>>;
  /**
   * Waits until `count` events of the scope match, and proves (see `none`) that no more come. Counts events that other
   * waits have taken too, and takes them all: a `next` after it waits for another one. One more ends it at once.
   */
  exactly(count: number): Promise<ReceivedEvent<Out>[]>;
  /** The same for events that the predicate accepts. */
  exactly(
    count: number,
    accept: (event: ReceivedEvent<Out>) => boolean,
    options?: CountOptions,
  ): Promise<ReceivedEvent<Out>[]>;
  /** The same for events whose payload has these fields with these values. */
  exactly<const M extends Match<Out>>(
    count: number,
    match: M & Known<M, Out>,
    options?: CountOptions,
  ): Promise<ReceivedEvent<Narrowed<Out, M>>[]>;
  /**
   * Proves that no (further) event comes: at once where the facts are known, by watching for `within` otherwise.
   * Red with `UNEXPECTED_EVENT`, `UNHEARD`, `FILTERED_OUT`, `UNKNOWN`.
   */
  none(): Promise<Proof>;
  /** The same for events that the predicate accepts. */
  none(accept: (event: ReceivedEvent<Out>) => boolean, options?: WaitOptions): Promise<Proof>;
  /** The same for events whose payload has these fields with these values. */
  none<const M extends Match<Out>>(match: M & Known<M, Out>, options?: WaitOptions): Promise<Proof>;
  /** What came so far. Does not wait and takes nothing. */
  seen(): readonly ReceivedEvent<Out>[];
  /** The same for events that the predicate accepts. */
  seen(accept: (event: ReceivedEvent<Out>) => boolean): readonly ReceivedEvent<Out>[];
  /** The same for events whose payload has these fields with these values. */
  seen<const M extends Match<Out>>(match: M & Known<M, Out>): readonly ReceivedEvent<Narrowed<Out, M>>[];
  /**
   * What came so far and could not be read. Does not wait. It takes them: the test expected them, so they are no obstacle to
   * its proofs, and as dead letters do not fail it.
   *
   * @example
   * await probeUntil(() => expect(deadOrders.refused()).toMatchObject([{ body: "{ not JSON" }]));
   */
  refused(): readonly RefusedMessage[];
}

/** Events go in and come out: a topic, a bus. */
export interface Channel<in In, out Out = In, Options = unknown> extends Sendable<In, Options>, Listenable<Out> {}

/** What a system gave up on. */
export interface DeadLetters<out Out> extends Listenable<Out> {
  /**
   * Sends the test's dead letters that came so far back to the queues that they came from, as after a repair: all of them,
   * those that could not be read too, or those that match. Each is sent once. It takes them, as `next()` does: one that the
   * system gives up on again comes as another letter. Does not wait.
   *
   * The harness has taken its letters off the queue by then, so what goes back is a new message with the same body,
   * attributes and group; the system sees what it would see after the broker's own redrive. Letters of others are left alone.
   *
   * Rejects with `NOTHING_TO_REDRIVE`, `REDRIVE_SOURCE_UNKNOWN`, `SEND_FAILED`.
   *
   * @example
   * await deadOrders.next(order);
   * await repair();
   * await deadOrders.redrive(order);
   * await scope.settled();
   */
  redrive(): Promise<SentEvent[]>;
  /** The same for letters that the predicate accepts. */
  redrive(accept: (event: ReceivedEvent<Out>) => boolean, options?: RedriveOptions): Promise<SentEvent[]>;
  /** The same for letters whose payload has these fields with these values. */
  redrive<const M extends Match<Out>>(match: M & Known<M, Out>, options?: RedriveOptions): Promise<SentEvent[]>;
}

/** Declarations by name, as `createHarness({ channels })` takes them. */
export type Declarations = Readonly<Record<string, AnyDeclaration>>;

/** The channel that a declaration becomes. */
export type ChannelOf<D> =
  D extends ChannelDeclaration<infer In, infer Out, infer Options>
    ? Channel<In, Out, Options>
    : D extends SendableDeclaration<infer In, infer Options>
      ? Sendable<In, Options>
      : D extends DeadLettersDeclaration<infer Out>
        ? DeadLetters<Out>
        : D extends ListenableDeclaration<infer Out>
          ? Listenable<Out>
          : never;

/** Channels by name, as a scope has them. */
export type Channels<D extends Declarations> = { readonly [Name in keyof D]: ChannelOf<D[Name]> };

export interface HarnessOptions<D extends Declarations> {
  /** What to send to and listen on. All listeners are armed before `createHarness` resolves. */
  readonly channels: D;
  /** The longest the system may take, for each wait that does not say otherwise. Default "3s". */
  readonly sla?: Duration;
  /** The systems under test: their logs and exits go into the journal, their declarations into proofs. */
  readonly systems?: readonly ObservedSystem[];
  /** How much the journal keeps. Defaults: 100,000 entries, 256 MiB. */
  readonly journal?: { readonly maxEntries?: number; readonly maxBytes?: number };
  /** Told of each verdict, of waits, proofs and probes: for statistics, such as how close waits come to their SLAs. */
  readonly onVerdict?: (verdict: Verdict) => void;
  readonly signal?: AbortSignal;
  /** @internal For tests of Wakeful itself. */
  readonly clock?: Clock;
}

/** How a wait or a proof ended. */
export interface Verdict {
  /** The scope's name: the test. */
  readonly scope: string;
  /** "next on customerCreated". */
  readonly what: string;
  readonly outcome: "green" | "red";
  /** Milliseconds, from where the SLA counts: of `exactly`, until all had come. */
  readonly took: number;
  /** The SLA that it was held to, milliseconds; left out where it was none: to watch for so long was the purpose. */
  readonly within?: number;
}

export interface ScopeOptions {
  /** The end of the test's own time, which waits must come before. Monotonic, of the harness's clock. */
  readonly deadline?: DeadlineCap;
}

/** All channels of a run, listeners armed. */
export interface Harness<D extends Declarations> extends AsyncDisposable {
  /** Opens a test's view. Close it, or let `await using` do so: closing is a check. */
  scope(name: string, options?: ScopeOptions): Scope<D>;
  /**
   * Closes listeners and everything they created. Rejects with `PROOF_CONTRADICTED` when a proof of the run turned out
   * to be wrong, and with `COMPETING_LISTENERS` when a queue that only the harness may read had another reader meanwhile.
   */
  close(): Promise<void>;
  /** Failures that came after their scope had ended, not yet reported: each is given out once. `close` throws the rest. */
  takeFailures(): readonly Error[];
}

/** One test's view of the harness. */
export interface Scope<D extends Declarations = Declarations> extends AsyncDisposable, Probes {
  readonly name: string;
  /** 32 hex digits; events that bear it are this scope's own. */
  readonly traceId: string;
  /** Send these with each HTTP request: `traceparent`, by which a system that propagates it makes its events known as this scope's. */
  readonly headers: Readonly<Record<string, string>>;
  readonly channels: Channels<D>;
  /** Events that bear this id, in the channel's correlation field or anywhere in the payload, belong to this scope. */
  own(id: string): void;
  /**
   * Waits until nothing that the scope caused is waiting or being worked on: known, not slept for. Rejects with
   * `NOT_KNOWABLE` where that cannot be known; `quiet` is the declared heuristic for then.
   */
  settled(options?: SettledOptions): Promise<Settlement>;
  /** Runs `body` in the scope's async context: the `probeUntil` imported from "wakeful" and in-process events know the scope. */
  run<T>(body: () => T): T;
  /** What happened in this scope so far, one line each, for people. */
  timeline(): string;
  /** Limits what waits may take from now on, for runners that learn their time-out late. */
  limit(deadline: DeadlineCap | undefined): void;
  /**
   * Ends all waits that are pending, for runners whose own time-out came before them: they reject with `NOT_JUDGED`. Returns
   * what they reject with; where none was pending, one `NOT_JUDGED` with the timeline. `by`: what ended them, for people.
   */
  cutOff(by: string): readonly Error[];
  /**
   * Ends the scope and checks it: waits that nobody awaited, dead letters that nobody took, proofs that were wrong.
   * `failed`: the test is red already, so nothing more is reported, but for a system that ended by itself and that no failure
   * has told of: it may be why.
   */
  close(outcome?: { readonly failed: boolean }): Promise<void>;
}

export interface SettledOptions {
  /** Default: the harness's SLA. */
  readonly within?: Duration;
  /** Nothing of the scope for so long counts as settled. */
  readonly quiet?: Duration;
  readonly signal?: AbortSignal;
}
