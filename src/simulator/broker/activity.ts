import type { StoredMessage } from "./message.ts";
import type { Origin } from "./origin.ts";
import { Origins } from "./origins.ts";

/** Something that happened to a message, or to time. Plain data. */
export interface Activity {
  readonly what:
    | "accepted"
    /** Sent once more to a FIFO queue that knows it already. */
    | "deduplicated"
    /** Its delay is over, or a fault lets go of it. */
    | "visible"
    | "delivered"
    /** Not acknowledged in time. */
    | "returned"
    | "released"
    | "deleted"
    | "dead-lettered"
    /** By a message move task, to the queue that then accepts it. */
    | "moved"
    | "expired"
    /** By PurgeQueue, or with its queue. Told once for all of them; the life of each has it. */
    | "purged"
    | "time advanced"
    /** The topic has no subscription that is confirmed. */
    | "published to nobody"
    /** A subscription's filter policy did not let a publication pass. */
    | "filtered out"
    /** An HTTP(S) endpoint did not take a message; it is tried again, or what follows says what became of it. */
    | "delivery failed"
    /** What a subscription could not deliver, and had no dead-letter queue for. */
    | "discarded"
    /** A request was answered with an error, whichever; `detail` says which and why. */
    | "refused"
    /** AWS would not have: the queue's policy does not let the topic send to it. Told once a subscription. */
    | "delivered without a queue policy"
    /** A fault was put in force, hit something, was undone, or its predicate threw. */
    | "fault set"
    | "fault hit"
    | "fault undone"
    | "fault broken";
  /** Virtual milliseconds since the epoch. */
  readonly at: number;
  readonly queue?: string;
  readonly messageId?: string;
  /** Of the publish or send that it came from. */
  readonly origin?: string;
  /** The trace of a harness that it bears; "" when it bears none. */
  readonly traceId?: string;
  readonly receives?: number;
  readonly detail?: string;
  /** The fault's name. */
  readonly fault?: string;
  /** Tells faults of the same name apart. */
  readonly faultId?: string;
}

/** Tells who listens, and keeps the lives of the latest messages. */
export class ActivityLog {
  readonly #listeners = new Set<(activity: Activity) => void>();
  readonly #origins = new Origins();

  listen(listener: (activity: Activity) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** A message is sent, or published. */
  begin(id: string): Origin {
    return this.#origins.begin(id);
  }

  /** One of the latest 100,000. */
  origin(id: string): Origin | undefined {
    return this.#origins.find(id);
  }

  /** Something that happened to a message in a queue. */
  addOf(message: StoredMessage, { what, at, queue }: Pick<Activity, "what" | "at" | "queue">, detail?: string): void {
    const { id: messageId, origin, traceId, receives } = message;
    const about = { what, at, queue: queue ?? "", messageId, origin: origin.id, traceId, receives };
    this.add(detail === undefined ? about : { ...about, detail }, origin);
  }

  /** Something that happened to many messages in a queue at once. Who listens is told once, however many they are. */
  addOfAll(
    messages: Iterable<StoredMessage>,
    { what, at, queue }: Pick<Activity, "what" | "at" | "queue">,
    detail: string,
  ): void {
    const about = { what, at, queue: queue ?? "" };
    for (const { id: messageId, origin, traceId, receives } of messages)
      origin.add({ ...about, messageId, origin: origin.id, traceId, receives });
    this.add({ ...about, detail });
  }

  /** `origin`: of the message that it happened to, if it did to one. */
  add(activity: Activity, origin?: Origin): void {
    origin?.add(activity);
    for (const listener of this.#listeners) listener(activity);
  }
}
