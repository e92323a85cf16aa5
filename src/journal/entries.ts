import type { Attributes, BrokerNote } from "../contracts/index.ts";

/** What every entry of the journal bears. */
interface Stamp {
  /** Position in the journal, from 1, without gaps. */
  readonly sequence: number;
  /** Monotonic milliseconds of the harness's clock. */
  readonly at: number;
  /** Real time, milliseconds since the epoch. */
  readonly wall: number;
}

/** A test began: its view of the harness opened. */
export interface ScopeOpened {
  readonly kind: "scope opened";
  readonly scope: string;
  readonly name: string;
  readonly traceId: string;
}

export interface ScopeClosed {
  readonly kind: "scope closed";
  readonly scope: string;
  /** Whether everything that the scope caused was known to be worked off by then. */
  readonly settled: boolean;
}

/** The harness sent an event. Written when the broker has accepted it; `startedAt` says when it was called. */
export interface SentEntry {
  readonly kind: "sent";
  readonly scope: string;
  readonly channel: string;
  /** The broker's id. */
  readonly id: string;
  readonly payload: unknown;
  readonly attributes: Attributes;
  readonly key?: string;
  /** Consumers that are not the harness's own; left out: unknown. */
  readonly reached?: number;
  /** Monotonic time just before the broker was called. */
  readonly startedAt: number;
  /** Whether the broker took it for one that was sent before. */
  readonly duplicate?: boolean;
  /** Of a dead letter that was sent back: where to. */
  readonly backTo?: string;
}

/** A listener received an event, decoded, and of the channel's schema. */
export interface ReceivedEntry {
  readonly kind: "received";
  readonly channel: string;
  /** Monotonic time of the arrival: before the entry's own by what an asynchronous schema took. */
  readonly arrivedAt: number;
  /** The broker's id: a redelivery has the same one. */
  readonly id: string;
  readonly payload: unknown;
  readonly attributes: Attributes;
  readonly key?: string;
  readonly sentAt?: Date;
  readonly virtualSentAt?: Date;
  /** How often the broker delivered it, this time included. */
  readonly deliveries: number;
  /** Of a redelivery: the sequence of the first delivery. */
  readonly redeliveryOf?: number;
  /** 32 hex digits, from `traceparent` or the call context. */
  readonly traceId?: string;
  /** What the channel's `correlation` read from the payload. */
  readonly correlation?: string;
  /** Milliseconds since the event of the same trace that caused it was sent, where known. */
  readonly latency?: number;
  readonly raw: unknown;
}

/** A listener received something that the channel's codec, the transport or the schema refused. */
export interface RefusedEntry {
  readonly kind: "refused";
  readonly channel: string;
  /** Monotonic time of the arrival. */
  readonly arrivedAt: number;
  readonly id: string;
  readonly why: "could not decode" | "schema mismatch";
  /** For people, one line each. */
  readonly problems: readonly string[];
  /** The body, or the decoded payload, as far as it could be read. */
  readonly body: unknown;
  readonly attributes: Attributes;
  readonly key?: string;
  readonly traceId?: string;
  /** What the channel's `correlation` read from the payload, where that could be decoded. */
  readonly correlation?: string;
  readonly cause?: unknown;
  readonly raw: unknown;
}

/** Whatever came on a channel. */
export type MessageEntry = ReceivedEntry | RefusedEntry;

/** What happened to a listener. From "deaf" to "back" events may be missing or late. */
export interface ListenerEntry {
  readonly kind: "listener";
  readonly channel: string;
  readonly state: "armed" | "deaf" | "back" | "failed" | "closed";
  /** Of "back": whether events of the meantime may be lost. */
  readonly lost?: boolean;
  readonly cause?: unknown;
}

/** One call of a probe. */
export interface LookEntry {
  readonly kind: "look";
  readonly scope: string;
  readonly probe: string;
  readonly number: number;
  /** How long it took, ms. */
  readonly took: number;
  readonly outcome: "held" | "threw" | "not yet" | "hung";
  /** The value or the error. */
  readonly result: unknown;
}

/** A line that a system logged. */
export interface LogEntry {
  readonly kind: "log";
  readonly system: string;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

/** A system's life: became ready, stopped being ready, exited. */
export interface SystemEntry {
  readonly kind: "system";
  readonly system: string;
  readonly state: "ready" | "not ready" | "exited";
  /** "exit code 1", "SIGKILL", or why it is not ready. */
  readonly detail: string;
  readonly expected: boolean;
}

/** A handler on an in-process bus threw, or something else broke that fails no wait by itself. */
export interface FaultEntry {
  readonly kind: "fault";
  readonly where: string;
  readonly cause: unknown;
  readonly scope?: string;
}

/** A wait, a probe or a proof ended. */
export interface VerdictEntry {
  readonly kind: "verdict";
  readonly scope: string;
  /** The scope's name. */
  readonly name: string;
  /** "next on topic customer--created". */
  readonly what: string;
  readonly outcome: "green" | "red";
  /** The error's code when red; what a green proof rests on otherwise. */
  readonly detail: string;
  /** Milliseconds, from where the SLA counts. */
  readonly took: number;
  /** The SLA that it was held to, milliseconds; left out where it was none: to watch for so long was the purpose. */
  readonly within?: number;
}

/** Anything else worth a line in the timeline: what became of a message, that time was moved, that a fault hit. */
export interface NoteEntry extends BrokerNote {
  readonly kind: "note";
  readonly scope?: string;
}

/** Older entries were dropped: what happened before `until` is not known any more. */
export interface GapEntry {
  readonly kind: "gap";
  readonly dropped: number;
  /** The highest sequence that was dropped. */
  readonly until: number;
}

/** An entry before the journal has stamped it. */
export type NewEntry =
  | ScopeOpened
  | ScopeClosed
  | SentEntry
  | ReceivedEntry
  | RefusedEntry
  | ListenerEntry
  | LookEntry
  | LogEntry
  | SystemEntry
  | FaultEntry
  | VerdictEntry
  | NoteEntry
  | GapEntry;

export type EntryKind = NewEntry["kind"];

/** An entry as it stands in the journal. Never changed afterwards. */
export type Stamped<E extends NewEntry = NewEntry> = E & Stamp;
export type Entry = Stamped;
