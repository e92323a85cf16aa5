import type { VirtualClock } from "../virtual-clock.ts";
import type { StoredMessage } from "./message.ts";

// longer than a step of moving time waits, so that who is not back by then is told
const recently = 2_000;
const briefPollsReturnWithin = 1_000;

/** What a receive asks for. */
export interface Wanted {
  readonly max: number;
  /** Milliseconds. Default: the queue's own, as it is when the messages are handed out. */
  readonly visibility?: number | undefined;
  /** Of FIFO queues: a receive with the same one, soon after, gets the same messages. */
  readonly attempt?: string | undefined;
}

export interface ReceiveOptions extends Wanted {
  /** Virtual milliseconds. */
  readonly wait: number;
  /** Its signal is aborted when the caller has gone away. */
  readonly caller: { readonly signal: AbortSignal };
}

interface Poll {
  readonly wanted: Wanted;
  readonly answer: (messages: StoredMessage[]) => void;
}

/** Those who receive from one queue: who waits in a long poll, and who was answered and has not come back yet. */
export class Consumers {
  /** Whether anybody ever asked this queue for messages. */
  polled = false;
  readonly #time: VirtualClock;
  readonly #take: (wanted: Wanted) => StoredMessage[];
  readonly #ready: () => number;
  readonly #changed: () => void;
  /** The longest waiting first. */
  readonly #polls = new Set<Poll>();
  #serving = false;
  /** When somebody last asked for what is there at once, real. */
  #polledAt = Number.NEGATIVE_INFINITY;
  /** Real times of answers to long polls whose consumers have not come back yet. */
  #out: number[] = [];
  #closed = false;

  constructor(options: {
    time: VirtualClock;
    /** Hands messages out, none when there are none. */
    take: (wanted: Wanted) => StoredMessage[];
    /** How many messages could be received. */
    ready: () => number;
    changed: () => void;
  }) {
    this.#time = options.time;
    this.#take = options.take;
    this.#ready = options.ready;
    this.#changed = options.changed;
  }

  /**
   * Messages: in the same turn when there are some, or nobody waits for them; else as soon as there are some. None when the
   * wait is over or the caller has gone.
   */
  receive(wanted: ReceiveOptions): StoredMessage[] | Promise<StoredMessage[]> {
    const { wait, caller } = wanted;
    this.polled = true;
    if (wait > 0) this.#out.shift();
    else this.#polledAt = this.#time.real();
    if (this.#closed) return [];
    const messages = this.#take(wanted);
    if (messages.length === 0 && wait > 0) return this.#park(wanted, wait, caller.signal);
    if (wait > 0) this.#out.push(this.#time.real());
    this.#changed();
    return messages;
  }

  /**
   * Serves waiting polls, the longest waiting first; not in this turn of the event loop, so that who has gone away in it is
   * known to have gone, and gets no message that nobody would see for a visibility timeout.
   */
  serve(): void {
    if (this.#serving || this.#polls.size === 0 || this.#ready() === 0) return;
    this.#serving = true;
    void this.#turns().then(() => {
      this.#serving = false;
      for (const poll of this.#polls) {
        const messages = this.#take(poll.wanted);
        if (messages.length === 0) break;
        poll.answer(messages);
      }
      this.#changed();
    });
  }

  /** Answers all polls, and all to come, with nothing. */
  close(): void {
    this.#closed = true;
    for (const poll of [...this.#polls]) poll.answer([]);
  }

  /** How many wait in a long poll. */
  get parked(): number {
    return this.#polls.size;
  }

  /** How many were answered lately and have not asked again. */
  get away(): number {
    const since = this.#time.real() - recently;
    while (this.#out[0] !== undefined && this.#out[0] < since) this.#out.shift();
    return this.#out.length;
  }

  /** Whether somebody who polls briefly, again and again, has messages to get: the last poll was a moment ago. */
  get expected(): boolean {
    return this.#ready() > 0 && this.#polls.size === 0 && this.#time.real() - this.#polledAt < briefPollsReturnWithin;
  }

  /** Whether waiting polls are about to be served. */
  get serving(): boolean {
    return this.#serving;
  }

  #park(wanted: Wanted, wait: number, signal: AbortSignal): Promise<StoredMessage[]> {
    if (signal.aborted) return Promise.resolve([]);
    return new Promise((resolve) => {
      const leave = (messages: StoredMessage[]) => {
        deadline[Symbol.dispose]();
        signal.removeEventListener("abort", abort);
        this.#polls.delete(poll);
        resolve(messages);
        this.#changed();
      };
      const abort = () => {
        leave([]);
      };
      const answer = (messages: StoredMessage[]) => {
        this.#out.push(this.#time.real());
        leave(messages);
      };
      const poll: Poll = { wanted, answer };
      const deadline = this.#time.at(this.#time.now() + wait, () => {
        answer([]);
      });
      this.#polls.add(poll);
      signal.addEventListener("abort", abort, { once: true });
      this.#changed();
    });
  }

  /** In the first turn a connection's end is read, in the second its owner is told. */
  async #turns(): Promise<void> {
    await this.#time.clock.turn();
    await this.#time.clock.turn();
  }
}
