import { isHarnessTrace } from "../../time/index.ts";
import type { Origin } from "./origin.ts";

/** A message attribute as AWS types it. */
export interface TypedAttribute {
  readonly dataType: string;
  readonly stringValue?: string;
  readonly binaryValue?: Uint8Array;
}

export type TypedAttributes = Readonly<Record<string, TypedAttribute>>;

/** What a producer gives. */
export interface NewMessage {
  readonly body: string;
  readonly attributes: TypedAttributes;
  /** AWSTraceHeader. */
  readonly traceHeader?: string | undefined;
  /** MessageGroupId: on FIFO queues what is kept in order, on others a tenant. */
  readonly groupId?: string | undefined;
  /** MessageDeduplicationId, as the producer gave it. */
  readonly deduplicationId?: string | undefined;
  /** MD5 of the body in hexadecimal digits, if somebody has reckoned it already. */
  readonly bodyMd5?: string | undefined;
}

export type MessageState = "delayed" | "ready" | "in flight" | "gone";

/** A message in a queue. */
export interface StoredMessage extends NewMessage {
  readonly id: string;
  /** A fan-out has one origin and many messages. */
  readonly origin: Origin;
  readonly traceId: string;
  /** Its number in this queue, from 1 up in the order of sending. */
  readonly sequence: number;
  /** Virtual. */
  readonly sentAt: number;
  bodyMd5: string | undefined;
  /** What its queue finds it by: 1, 2, ... in the order of coming in. 0 while it is in none. */
  place: number;
  state: MessageState;
  /** Across all queues that it was in. */
  receives: number;
  /** Those of them in queues that it was dead-lettered from. */
  readonly receivesBefore: number;
  firstReceivedAt: number | undefined;
  /** Virtual: the latest receive. */
  receivedAt: number | undefined;
  /** Which hand-out of its queue the latest receive was: 1, 2, ...; 0 before the first. Its receipt handle tells it. */
  handOut: number;
  /** Virtual: when a message that is delayed or in flight becomes visible. */
  visibleAt: number | undefined;
  deadline: Disposable | undefined;
  /** The ARN of the queue that it was dead-lettered from. */
  readonly deadLetteredFrom: string | undefined;
}

/** Where a message comes from, and what it brings along. */
interface Arrival {
  readonly id: string;
  readonly origin: Origin;
  readonly sequence: number;
  readonly sentAt: number;
  readonly deduplicationId: string | undefined;
  readonly receives?: number;
  readonly firstReceivedAt?: number | undefined;
  readonly deadLetteredFrom?: string | undefined;
}

/**
 * A message as it comes into a queue. All have the same fields in the same order, and times that it may never have are undefined,
 * not 0, for which V8 would keep a box: a million of them must fit.
 */
export function arrived(message: NewMessage, traceId: string, arrival: Arrival): StoredMessage {
  const { id, origin, sequence, sentAt, deduplicationId, receives = 0, firstReceivedAt, deadLetteredFrom } = arrival;
  return {
    body: message.body,
    attributes: message.attributes,
    traceHeader: message.traceHeader,
    groupId: message.groupId,
    deduplicationId,
    bodyMd5: message.bodyMd5,
    id,
    origin,
    traceId,
    sequence,
    sentAt,
    place: 0,
    state: "gone",
    receives,
    receivesBefore: receives,
    firstReceivedAt,
    receivedAt: undefined,
    handOut: 0,
    visibleAt: undefined,
    deadline: undefined,
    deadLetteredFrom,
  };
}

/** Not a field: only faults make copies, and every message would bear it. */
const copies = new WeakSet<StoredMessage>();

/** The same message once more, as another copy of it with a state of its own. */
export function copyOf(message: StoredMessage): StoredMessage {
  const copy = arrived(message, message.traceId, { ...message, deduplicationId: message.deduplicationId });
  copies.add(copy);
  return copy;
}

export function isCopy(message: StoredMessage): boolean {
  return copies.has(message);
}

const traceparentForm = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

/**
 * The trace id of a message's `traceparent`, also inside the JSON wrapper of a non-raw subscription. "" when it has none, or
 * one that no harness made: then it may belong to any test.
 */
export function traceIdOf(message: NewMessage): string {
  const traceId = anyTraceIdOf(message);
  return isHarnessTrace(traceId) ? traceId : "";
}

function anyTraceIdOf(message: NewMessage): string {
  const own = message.attributes["traceparent"]?.stringValue;
  if (own !== undefined) return traceparentForm.exec(own)?.[1] ?? "";
  if (!message.body.includes('"traceparent"')) return "";
  try {
    const wrapper = JSON.parse(message.body) as {
      Type?: unknown;
      MessageAttributes?: Record<string, { Value?: unknown }>;
    };
    const value = wrapper.Type === "Notification" ? wrapper.MessageAttributes?.["traceparent"]?.Value : undefined;
    return typeof value === "string" ? (traceparentForm.exec(value)?.[1] ?? "") : "";
  } catch {
    // not a wrapper: any body may contain that word
    return "";
  }
}
