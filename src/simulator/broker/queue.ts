import { formatDuration } from "../../time/index.ts";
import { counted } from "../../text/index.ts";
import type { VirtualClock } from "../virtual-clock.ts";
import type { Accepted } from "./accepted.ts";
import type { Activity, ActivityLog } from "./activity.ts";
import { Consumers, type ReceiveOptions, type Wanted } from "./consumers.ts";
import { Deduplication, deduplicationIdOf, deduplicationKey } from "./deduplication.ts";
import type { EarlyReturn, Fate, Hold, QueueFaultsInForce } from "./faults-in-force.ts";
import { GoneTraces } from "./gone-traces.ts";
import { HeldBack } from "./held-back.ts";
import { arrived, type MessageState, type NewMessage, type StoredMessage, traceIdOf } from "./message.ts";
import type { MoveTask } from "./move-task.ts";
import { newId } from "./new-id.ts";
import type { Origin } from "./origin.ts";
import type { ReadyMessages } from "./order/ready-messages.ts";
import type { QueueOptions } from "./queue-options.ts";
import type { QueueSettings } from "./queue-settings.ts";
import { Receipts } from "./receipts.ts";
import { ReceiveAttempts } from "./receive-attempts.ts";
import { Retention } from "./retention.ts";
import { Tally } from "./tally.ts";

const moveTasksKept = 10;
/** Messages in flight, more of which are not handed out. */
export const mostInFlight = 120_000;

/** A queue: messages, each in one state. All times are virtual. */
export class Queue {
  readonly name: string;
  readonly arn: string;
  /** Whether it keeps message groups in order and drops duplicates. */
  readonly fifo: boolean;
  readonly settings: QueueSettings;
  readonly tags = new Map<string, string>();
  readonly createdAt: number;
  modifiedAt: number;
  readonly tally = new Tally();
  /** Attributes as they were given, for those without a meaning here (Policy, ...). */
  readonly given = new Map<string, string>();
  readonly consumers: Consumers;
  purgedAt: number | undefined;
  #moveTasks: readonly MoveTask[] = [];
  /** Those in force on it, if any. */
  faults: QueueFaultsInForce | undefined;
  readonly #held = new HeldBack();
  readonly #time: VirtualClock;
  readonly #activity: ActivityLog;
  readonly #readByHarness: () => boolean;
  readonly #changed: () => void;
  readonly #deadLetter: (message: StoredMessage, from: Queue, target: string) => void;
  readonly #ready: ReadyMessages;
  /** By their places: a fault can have one here twice, with the same id. */
  readonly #messages = new Map<number, StoredMessage>();
  readonly #receipts = new Receipts();
  readonly #gone = new GoneTraces();
  readonly #sent = new Deduplication();
  readonly #attempts = new ReceiveAttempts();
  readonly #retention: Retention;
  #sequence = 0;
  #places = 0;
  #handedOut = 0;

  constructor(options: QueueOptions) {
    this.name = options.name;
    this.arn = options.arn;
    this.fifo = options.fifo;
    this.settings = options.settings;
    this.createdAt = this.modifiedAt = options.time.now();
    this.#ready = options.order;
    this.#time = options.time;
    this.#activity = options.activity;
    this.#readByHarness = options.readByHarness;
    this.#changed = options.changed;
    this.#deadLetter = options.deadLetter;
    this.consumers = new Consumers({
      time: options.time,
      take: (wanted) => this.#take(wanted),
      ready: () => this.tally.total.ready,
      changed: options.changed,
    });
    this.#retention = new Retention(
      options.time,
      () => this.settings.retention,
      (message) => {
        this.#expire(message);
      },
    );
  }

  /** Whether the harness itself reads it. */
  get harnessOwned(): boolean {
    return this.tags.has("wakeful:run");
  }

  /** Whether what it hands out reaches a system, and not only a harness. */
  get ofSystems(): boolean {
    return !this.harnessOwned && !this.#readByHarness();
  }

  get messages(): Iterable<StoredMessage> {
    return this.#messages.values();
  }

  /**
   * Takes a message in, or tells which earlier one it is the same as. `origin`: the publish that it is of; left out for one
   * that was sent here. `fate`: what faults did to it before it came here.
   */
  add(message: NewMessage, origin?: Origin, delay = this.settings.delay, fate?: Fate): Accepted {
    const now = this.#time.now();
    const deduplicationId = deduplicationIdOf(message, this.settings);
    const key = this.fifo ? deduplicationKey(message, deduplicationId, this.settings) : undefined;
    const same = key === undefined ? undefined : this.#sent.find(key, now);
    if (same !== undefined) {
      const { id, origin: first, sequence } = same;
      const about = { queue: this.name, messageId: id, origin: first.id, traceId: traceIdOf(message) };
      this.#activity.add({ what: "deduplicated", at: now, ...about }, first);
      return { id, origin: first, sequence, duplicate: true, lost: false };
    }
    const id = newId();
    const sequence = ++this.#sequence;
    const arrival = { id, origin: origin ?? this.#activity.begin(id), sequence, sentAt: now, deduplicationId };
    const stored = arrived(message, traceIdOf(message), arrival);
    if (key !== undefined) this.#sent.remember(key, { id, origin: stored.origin, sequence, at: now });
    this.#note("accepted", stored, undefined, now);
    const lost = !this.#letIn(stored, delay, fate);
    return { id, origin: stored.origin, sequence, duplicate: false, lost };
  }

  /**
   * Takes in a message that another queue gave up on. It keeps its id and the time it was sent, by which it expires; on a
   * FIFO queue it gets a new time.
   */
  addDeadLetter(message: StoredMessage, fromArn: string): void {
    const { id, origin, traceId, receives, firstReceivedAt } = message;
    const arrival = {
      id,
      origin,
      sequence: ++this.#sequence,
      sentAt: this.fifo ? this.#time.now() : message.sentAt,
      // two messages that share one must both be kept here
      deduplicationId: this.fifo ? id : message.deduplicationId,
      receives,
      firstReceivedAt,
      deadLetteredFrom: fromArn,
    };
    this.#letIn(arrived(message, traceId, arrival), 0);
  }

  /** Messages, at once or as soon as there are some; none when the wait is over or the caller has gone. */
  receive(options: ReceiveOptions): StoredMessage[] | Promise<StoredMessage[]> {
    return this.consumers.receive(options);
  }

  /**
   * What a receipt handle is of: a message, "nothing" when that has been received anew or has left, undefined when it is no
   * handle of this queue.
   */
  byReceipt(receipt: string): StoredMessage | "nothing" | undefined {
    const read = this.#receipts.read(receipt);
    if (read === undefined) return undefined;
    const message = this.#messages.get(read.place);
    return message?.handOut === read.handOut ? message : "nothing";
  }

  /** The trace of the message that a receipt handle was given out for, though it may have been received anew, or have left lately. */
  traceByReceipt(receipt: string): string | undefined {
    const place = this.#receipts.read(receipt)?.place;
    return place === undefined ? undefined : (this.#messages.get(place)?.traceId ?? this.#gone.find(place));
  }

  /** The receipt handle of a message's latest receive. */
  receiptOf({ place, handOut }: StoredMessage): string {
    return this.#receipts.of(place, handOut);
  }

  delete(message: StoredMessage): void {
    if (message.state === "gone") return;
    this.#remove(message);
    this.#note("deleted", message);
    this.consumers.serve();
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

  /** Takes in a message that a move task brings: as a new one, but for where it came from. */
  addMoved(message: StoredMessage): void {
    const { origin, traceId, deduplicationId } = message;
    const arrival = {
      id: newId(),
      origin,
      sequence: ++this.#sequence,
      sentAt: this.#time.now(),
      deduplicationId,
    };
    const moved = arrived(message, traceId, arrival);
    this.#note("accepted", moved);
    this.#letIn(moved, this.settings.delay);
  }

  /** The latest tasks that move messages out of this queue, the newest first. */
  get moveTasks(): readonly MoveTask[] {
    return this.#moveTasks;
  }

  addMoveTask(task: MoveTask): void {
    this.#moveTasks = [task, ...this.#moveTasks].slice(0, moveTasksKept);
  }

  /** Hands up to `max` messages that could be received to somebody else. The first that is refused ends it, and stays. */
  moveOut(max: number, give: (message: StoredMessage) => boolean): number {
    let moved = 0;
    while (moved < max) {
      const [message] = this.#ready.take(1, () => true);
      if (message === undefined) break;
      const given = give(message);
      if (given) this.#remove(message);
      else this.#ready.add(message);
      this.#ready.settled(message);
      if (!given) break;
      moved++;
      this.#note("moved", message);
    }
    this.#changed();
    return moved;
  }

  /** To be called when settings were changed: those that reach back to messages sent before do so. */
  changedSettings(): void {
    this.modifiedAt = this.#time.now();
    this.#retention.rearm();
    // only FIFO queues apply a new delay to what was sent before
    if (!this.fifo) return;
    for (const message of this.#messages.values()) {
      if (message.state === "delayed") this.#hide(message, "delayed", message.sentAt + this.settings.delay);
    }
  }

  /** Removes all messages, and tells how many they were. `why`: if not because somebody asked for just that. */
  purge(why = ""): void {
    const { size } = this.#messages;
    if (size === 0) return;
    const about = { what: "purged", at: this.#time.now(), queue: this.name } as const;
    this.#activity.addOfAll(this.#messages.values(), about, counted(size, "message") + why);
    this.#clear();
  }

  /** Answers all polls and forgets everything. */
  close(): void {
    for (const task of this.#moveTasks) task.cancel();
    this.consumers.close();
    this.#clear();
  }

  #clear(): void {
    for (const message of this.#messages.values()) this.#remove(message);
    this.#ready.clear();
    this.#changed();
  }

  /** What has come, however it came, unless a fault loses it. Returns whether it is in. */
  #letIn(message: StoredMessage, delay: number, fate?: Fate): boolean {
    const own = this.faults?.arriving(message);
    if (own?.lost === true) return false;
    own?.arrived();
    fate?.arrived();
    this.#arrive(message, delay + (fate?.delay ?? 0) + (own?.delay ?? 0), own?.hold ?? fate?.hold);
    return true;
  }

  /** Keeps a new message, and lets it overtake one that is held back for that. While one is, no other is. */
  #arrive(message: StoredMessage, delay: number, hold: Hold | undefined): void {
    if (hold !== undefined && !this.#held.any) {
      this.#keep(message, delay + hold.most, "it was held back, and not overtaken");
      this.#held.put(message, hold);
      return;
    }
    this.#keep(message, delay);
    const now = this.#time.now();
    const visibleAt = message.visibleAt ?? now;
    const overtaken = this.#held.overtakenBy(visibleAt);
    if (overtaken === undefined) return;
    const why = "it was held back, and overtaken";
    // not before the other: deadlines of one moment fire in the order in which they were set
    if (visibleAt > now) this.#delay(overtaken, visibleAt, why);
    else this.#return(overtaken, "returned", why);
  }

  /** `why`: of a message that is delayed, for people. */
  #keep(message: StoredMessage, delay: number, why?: string): void {
    message.place = ++this.#places;
    this.#messages.set(message.place, message);
    if (delay > 0) this.#delay(message, this.#time.now() + delay, why);
    else this.#show(message);
    this.#retention.add(message);
    this.consumers.serve();
    this.#changed();
  }

  #take({ max, visibility = this.settings.visibility, attempt }: Wanted): StoredMessage[] {
    const now = this.#time.now();
    if (attempt !== undefined) {
      const again = this.#attempts.find(attempt, now);
      for (const message of again) this.#hide(message, "in flight", now + visibility);
      if (again.length > 0) {
        this.#attempts.remember(attempt, again, now);
        return again;
      }
    }
    const { redrive } = this.settings;
    const room = Math.min(max, mostInFlight - this.tally.total["in flight"]);
    const taken = this.#ready.take(room, (message) => {
      if (redrive !== undefined && message.receives - message.receivesBefore >= redrive.maxReceives) {
        this.#remove(message);
        this.#note("dead-lettered", message, redrive.deadLetterArn);
        this.#deadLetter(message, this, redrive.deadLetterArn);
        return false;
      }
      message.receives++;
      message.firstReceivedAt ??= now;
      message.receivedAt = now;
      message.handOut = ++this.#handedOut;
      // who gets a message later was reached too
      if (message.origin.reached === 0 && this.ofSystems) message.origin.reached = 1;
      this.#note("delivered", message, undefined, now);
      this.#hide(message, "in flight", now + visibility);
      return true;
    });
    if (attempt !== undefined && taken.length > 0) this.#attempts.remember(attempt, taken, now);
    // not in the loop: one receive must not get the same message twice
    if (visibility === 0) for (const message of taken) this.#show(message);
    if (this.faults !== undefined) for (const message of taken) this.#meetFaults(message, this.faults);
    return taken;
  }

  /** A message was handed out. */
  #meetFaults(message: StoredMessage, faults: QueueFaultsInForce): void {
    const { again, early } = faults.taken(message);
    if (again !== undefined) this.#keep(again, 0);
    if (early === undefined || message.state !== "in flight") return;
    const until = this.#time.now() + early.after;
    if (early.after === 0) this.#returnEarly(message, early);
    else if (until < (message.visibleAt ?? 0))
      this.#hide(message, "in flight", until, () => {
        this.#returnEarly(message, early);
      });
  }

  #returnEarly(message: StoredMessage, early: EarlyReturn): void {
    early.due();
    this.#return(message, "returned");
  }

  /** `why` it was delayed, for people. */
  #delay(message: StoredMessage, until: number, why?: string): void {
    this.#hide(message, "delayed", until, () => {
      this.#return(message, "returned", why);
    });
  }

  #hide(message: StoredMessage, state: "delayed" | "in flight", until: number, over = this.#onVisible): void {
    message.deadline?.[Symbol.dispose]();
    this.#move(message, state);
    message.visibleAt = until;
    message.deadline = this.#time.at(until, over, message);
  }

  readonly #onVisible = (message: StoredMessage): void => {
    this.#return(message, "returned");
  };

  /** Shows what was hidden. `why` it was delayed, for people. */
  #return(message: StoredMessage, what: "returned" | "released", why = "its delay"): void {
    if (message.state === "delayed") this.#note("visible", message, why);
    else if (message.state === "in flight")
      this.#note(what, message, formatDuration(this.#time.now() - (message.receivedAt ?? 0)));
    else return;
    this.#show(message);
    this.consumers.serve();
    this.#changed();
  }

  #show(message: StoredMessage): void {
    message.deadline?.[Symbol.dispose]();
    message.deadline = undefined;
    const wasInFlight = message.state === "in flight";
    this.#move(message, "ready");
    this.#ready.add(message);
    if (wasInFlight) this.#ready.settled(message);
  }

  #expire(message: StoredMessage): void {
    this.#remove(message);
    this.#note("expired", message);
    this.consumers.serve();
    this.#changed();
  }

  #remove(message: StoredMessage): void {
    message.deadline?.[Symbol.dispose]();
    const wasInFlight = message.state === "in flight";
    this.#move(message, "gone");
    this.#messages.delete(message.place);
    this.#gone.remember(message);
    if (wasInFlight) this.#ready.settled(message);
    this.#retention.left();
  }

  #move(message: StoredMessage, state: MessageState): void {
    if (message.state === state) return;
    this.tally.move(message.traceId, message.state === "gone" ? undefined : message.state, state);
    message.state = state;
  }

  #note(what: Activity["what"], message: StoredMessage, detail?: string, at = this.#time.now()): void {
    this.#activity.addOf(message, { what, at, queue: this.name }, detail);
  }
}
