import { randomUUID } from "node:crypto";
import type { VirtualClock } from "../virtual-clock.ts";
import type { ActivityLog } from "./activity.ts";
import { FifoList } from "./fifo-list.ts";
import { type MessageState, type NewMessage, type StoredMessage, traceIdOf } from "./message.ts";
import { Tally } from "./tally.ts";

const recently = 1_000;

export interface QueueSettings {
  /** Milliseconds, all of them. */
  visibility: number;
  delay: number;
  retention: number;
  receiveWait: number;
  redrive: { readonly deadLetterArn: string; readonly maxReceives: number } | undefined;
}

export interface ReceiveOptions {
  readonly max: number;
  /** Milliseconds. */
  readonly wait: number;
  /** Default: the queue's own, as it is when the messages are handed out. */
  readonly visibility?: number | undefined;
  /** Aborted when the caller has gone away. */
  readonly signal: AbortSignal;
}

interface Poll {
  readonly max: number;
  readonly visibility: number | undefined;
  readonly answer: (messages: StoredMessage[]) => void;
  deadline: Disposable | undefined;
}

/** A standard queue: messages, each in one state, and polls that wait for them. All times are virtual. */
export class Queue {
  readonly name: string;
  readonly arn: string;
  readonly settings: QueueSettings;
  readonly tags = new Map<string, string>();
  readonly createdAt: number;
  readonly tally = new Tally();
  /** Attributes as they were given, for those without a meaning here (Policy, ...). */
  readonly given = new Map<string, string>();
  #serving = false;
  /** Whether anybody ever asked this queue for messages. */
  polled = false;
  purgedAt: number | undefined;
  readonly #time: VirtualClock;
  readonly #activity: ActivityLog;
  readonly #changed: () => void;
  readonly #deadLetter: (message: StoredMessage, from: Queue, target: string) => void;
  readonly #ready = new FifoList<StoredMessage>();
  readonly #messages = new Map<string, StoredMessage>();
  readonly #receipts = new Map<string, StoredMessage>();
  readonly #polls = new Set<Poll>();
  /** Real times of answers whose consumers have not come back yet. */
  #out: number[] = [];
  #closed = false;

  constructor(options: {
    name: string;
    arn: string;
    settings: QueueSettings;
    time: VirtualClock;
    activity: ActivityLog;
    changed: () => void;
    deadLetter: (message: StoredMessage, from: Queue, target: string) => void;
  }) {
    this.name = options.name;
    this.arn = options.arn;
    this.settings = options.settings;
    this.createdAt = options.time.now();
    this.#time = options.time;
    this.#activity = options.activity;
    this.#changed = options.changed;
    this.#deadLetter = options.deadLetter;
  }

  /** Whether the harness itself reads it. */
  get harnessOwned(): boolean {
    return this.tags.has("wakeful:run");
  }

  get messages(): Iterable<StoredMessage> {
    return this.#messages.values();
  }

  /** Takes a message in. */
  add(message: NewMessage, origin: string | undefined, delay = this.settings.delay): StoredMessage {
    const now = this.#time.now();
    const id = randomUUID();
    const stored: StoredMessage = {
      ...message,
      id,
      origin: origin ?? id,
      traceId: traceIdOf(message),
      sentAt: now,
      state: "gone",
      receives: 0,
      firstReceivedAt: undefined,
      receipt: undefined,
      visibleAt: now + delay,
      deadline: undefined,
      deadLetteredFrom: undefined,
    };
    this.#messages.set(id, stored);
    this.#note("accepted", stored);
    if (delay > 0) this.#hide(stored, "delayed", now + delay);
    else this.#show(stored);
    this.#serve();
    this.#changed();
    return stored;
  }

  /** Takes in a message that another queue gave up on: it keeps its id and the time it was sent. */
  addDeadLetter(message: StoredMessage, from: string): void {
    const moved: StoredMessage = {
      ...message,
      state: "gone",
      receipt: undefined,
      deadline: undefined,
      deadLetteredFrom: from,
      visibleAt: this.#time.now(),
    };
    this.#messages.set(moved.id, moved);
    this.#show(moved);
    this.#serve();
    this.#changed();
  }

  /** Messages, at once or as soon as there are some; none when the wait is over or the caller has gone. */
  receive({ max, wait, visibility, signal }: ReceiveOptions): Promise<StoredMessage[]> {
    this.polled = true;
    if (wait > 0) this.#cameBack();
    return new Promise((resolve) => {
      const leave = () => {
        poll.deadline?.[Symbol.dispose]();
        signal.removeEventListener("abort", onAbort);
        this.#polls.delete(poll);
      };
      const onAbort = () => {
        leave();
        resolve([]);
        this.#changed();
      };
      const poll: Poll = {
        max,
        visibility,
        answer: (messages) => {
          leave();
          if (wait > 0) this.#out.push(this.#time.real());
          resolve(messages);
          this.#changed();
        },
        deadline: undefined,
      };
      if (signal.aborted || this.#closed) {
        resolve([]);
        return;
      }
      const messages = this.#take(poll);
      if (messages.length > 0 || wait === 0) {
        poll.answer(messages);
        return;
      }
      this.#polls.add(poll);
      signal.addEventListener("abort", onAbort, { once: true });
      poll.deadline = this.#time.at(this.#time.now() + wait, () => {
        poll.answer([]);
      });
      this.#changed();
    });
  }

  /** The message of a receipt handle, if it is one of this queue's. */
  byReceipt(receipt: string): StoredMessage | undefined {
    return this.#receipts.get(receipt);
  }

  delete(message: StoredMessage): void {
    if (message.state === "gone") return;
    this.#remove(message);
    this.#note("deleted", message);
    this.#changed();
  }

  /** Sets how long a message in flight stays hidden from now on. */
  changeVisibility(message: StoredMessage, visibility: number): void {
    if (visibility === 0) this.#return(message, "released");
    else this.#hide(message, "in flight", this.#time.now() + visibility);
  }

  /** Lets messages in flight become visible now. Returns how many. */
  expireVisibility(which: (message: StoredMessage) => boolean): number {
    const inFlight = [...this.#messages.values()].filter((message) => message.state === "in flight" && which(message));
    for (const message of inFlight) this.#return(message, "returned");
    return inFlight.length;
  }

  purge(): void {
    for (const message of this.#messages.values()) this.#remove(message);
    this.#ready.clear();
    this.#changed();
  }

  /** Answers all polls and forgets everything: the queue is deleted. */
  close(): void {
    this.#closed = true;
    for (const poll of [...this.#polls]) poll.answer([]);
    this.purge();
  }

  get parked(): number {
    return this.#polls.size;
  }

  /** How many consumers were answered in the last real second and have not asked again. */
  get away(): number {
    const since = this.#time.real() - recently;
    while (this.#out[0] !== undefined && this.#out[0] < since) this.#out.shift();
    return this.#out.length;
  }

  /** Whether waiting polls are about to be served. */
  get serving(): boolean {
    return this.#serving;
  }

  /**
   * Serves waiting polls, the longest waiting first; not in this turn of the event loop, so that who has gone away in it is
   * known to have gone, and gets no message that nobody would see for a visibility timeout.
   */
  #serve(): void {
    if (this.#serving || this.#polls.size === 0) return;
    this.#serving = true;
    void this.#turns().then(() => {
      this.#serving = false;
      for (const poll of this.#polls) {
        const messages = this.#take(poll);
        if (messages.length === 0) break;
        poll.answer(messages);
      }
      this.#changed();
    });
  }

  #take({ max, visibility = this.settings.visibility }: Poll): StoredMessage[] {
    const taken: StoredMessage[] = [];
    const now = this.#time.now();
    while (taken.length < max) {
      const message = this.#ready.shift();
      if (message === undefined) break;
      // the list is not searched when a message leaves it otherwise
      if (message.state !== "ready") continue;
      if (now - message.sentAt > this.settings.retention) {
        this.#remove(message);
        this.#note("expired", message);
        continue;
      }
      const { redrive } = this.settings;
      if (redrive !== undefined && message.receives >= redrive.maxReceives) {
        this.#remove(message);
        this.#note("dead-lettered", message, redrive.deadLetterArn);
        this.#deadLetter(message, this, redrive.deadLetterArn);
        continue;
      }
      message.receives++;
      message.firstReceivedAt ??= now;
      if (message.receipt !== undefined) this.#receipts.delete(message.receipt);
      message.receipt = Buffer.from(`${randomUUID()} ${message.id}`).toString("base64");
      this.#receipts.set(message.receipt, message);
      this.#note("delivered", message);
      this.#hide(message, "in flight", now + visibility);
      taken.push(message);
    }
    // not in the loop: one receive must not get the same message twice
    if (visibility === 0) for (const message of taken) this.#show(message);
    return taken;
  }

  /** In the first turn a connection's end is read, in the second its owner is told. */
  async #turns(): Promise<void> {
    await this.#time.clock.turn();
    await this.#time.clock.turn();
  }

  #hide(message: StoredMessage, state: "delayed" | "in flight", until: number): void {
    message.deadline?.[Symbol.dispose]();
    this.#move(message, state);
    message.visibleAt = until;
    message.deadline = this.#time.at(until, () => {
      this.#return(message, "returned");
    });
  }

  #return(message: StoredMessage, what: "returned" | "released"): void {
    if (message.state !== "delayed" && message.state !== "in flight") return;
    this.#note(what, message);
    this.#show(message);
    this.#serve();
    this.#changed();
  }

  #show(message: StoredMessage): void {
    message.deadline?.[Symbol.dispose]();
    message.deadline = undefined;
    this.#move(message, "ready");
    this.#ready.push(message);
  }

  #remove(message: StoredMessage): void {
    message.deadline?.[Symbol.dispose]();
    this.#move(message, "gone");
    this.#messages.delete(message.id);
    if (message.receipt !== undefined) this.#receipts.delete(message.receipt);
  }

  #move(message: StoredMessage, state: MessageState): void {
    if (message.state === state) return;
    this.tally.move(message.traceId, message.state === "gone" ? undefined : message.state, state);
    message.state = state;
  }

  #cameBack(): void {
    this.#out.shift();
  }

  #note(
    what: "accepted" | "delivered" | "returned" | "released" | "deleted" | "dead-lettered" | "expired",
    message: StoredMessage,
    detail?: string,
  ): void {
    this.#activity.add({
      what,
      at: this.#time.now(),
      queue: this.name,
      messageId: message.id,
      origin: message.origin,
      receives: message.receives,
      ...(detail !== undefined && { detail }),
    });
  }
}
