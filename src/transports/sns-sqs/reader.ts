import { randomUUID } from "node:crypto";
import type { IncomingMessage, ListenerSink } from "../../contracts/index.ts";
import { type Clock, delay } from "../../time/index.ts";
import { explain, isMissing, isRefused } from "./aws-errors.ts";
import type { SqsClient, SqsMessage } from "./client.ts";
import { fromSqs } from "./message.ts";

const batchSize = 10;
const pollSeconds = 20;
const firstRetry = 50;
const longestRetry = 2_000;
const deleteAttempts = 5;

/**
 * Reads one queue by long polls: one while little comes, more while answers come full. What the sink has got is
 * deleted, in batches; what it has not got is never taken: an aborted poll takes no message. On a queue that is shared
 * with other runs only what is ours is deleted, and the rest is given back at the end.
 */
export class QueueReader {
  readonly #sqs: SqsClient;
  readonly #url: string;
  readonly #sink: ListenerSink;
  readonly #clock: Clock;
  readonly #pollers: number;
  readonly #virtualTime: boolean;
  readonly #stop = new AbortController();
  readonly #polls = new Set<Promise<void>>();
  readonly #shared: boolean;
  readonly #fifo: boolean;
  readonly #toDelete: string[] = [];
  /** What the sink has got and nobody knows to be ours, by message id: it stays on the queue. */
  readonly #kept = new Map<string, { readonly receipt: string; readonly message: IncomingMessage | undefined }>();
  #deleting: Promise<void> | undefined;
  #deaf = false;
  #failed = false;

  constructor(options: {
    sqs: SqsClient;
    url: string;
    sink: ListenerSink;
    clock: Clock;
    /** How many long polls at most. */
    pollers: number;
    virtualTime: boolean;
    /** Whether messages of other runs may be there. */
    shared: boolean;
    fifo: boolean;
  }) {
    this.#sqs = options.sqs;
    this.#url = options.url;
    this.#sink = options.sink;
    this.#clock = options.clock;
    this.#pollers = options.pollers;
    this.#virtualTime = options.virtualTime;
    this.#shared = options.shared;
    this.#fifo = options.fifo;
  }

  start(): void {
    this.#addPoll();
  }

  /** Stops polling, and waits until everything that the sink got is deleted, or given back. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#polls);
    const kept = [...this.#kept.values()];
    this.#kept.clear();
    // a scope may have declared an id as its own meanwhile
    const ours = kept.filter(({ message }) => message !== undefined && this.#sink.ours(message));
    for (const { receipt } of ours) this.#deleteSoon(receipt);
    await this.#deleting;
    await Promise.all(kept.filter((each) => !ours.includes(each)).map(({ receipt }) => this.#giveBack(receipt)));
  }

  /** Deletes a message that is held because nobody knew it to be ours, if there is one of this id. */
  letGo(id: string): void {
    const held = this.#kept.get(id);
    if (held === undefined) return;
    this.#kept.delete(id);
    this.#deleteSoon(held.receipt);
  }

  #addPoll(): void {
    const poll = this.#poll().finally(() => this.#polls.delete(poll));
    this.#polls.add(poll);
  }

  async #poll(): Promise<void> {
    let retry = firstRetry;
    let attempt = randomUUID();
    while (!this.#stop.signal.aborted && !this.#failed) {
      let messages: readonly SqsMessage[];
      try {
        const answer = await this.#sqs.receiveMessage(
          {
            QueueUrl: this.#url,
            MaxNumberOfMessages: batchSize,
            // after a failure it asks briefly first, to know at once that it hears again
            WaitTimeSeconds: this.#deaf ? 0 : pollSeconds,
            MessageAttributeNames: ["All"],
            MessageSystemAttributeNames: ["All"],
            // an answer that was lost is given again: otherwise its groups would stand still for a visibility timeout
            ...(this.#fifo && { ReceiveRequestAttemptId: attempt }),
          },
          { abortSignal: this.#stop.signal },
        );
        messages = answer.Messages ?? [];
        attempt = randomUUID();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (isMissing(error)) {
          this.#fail(error);
          return;
        }
        if (!this.#deaf) {
          this.#deaf = true;
          this.#sink.deaf(explain(error, "SQS"));
        }
        // an aborted rest means that the reader is being stopped, which the loop sees
        await delay(this.#clock, retry, { signal: this.#stop.signal, hold: false }).catch(() => undefined);
        retry = Math.min(longestRetry, retry * 2);
        continue;
      }
      retry = firstRetry;
      if (this.#deaf) {
        this.#deaf = false;
        // the queue kept what was sent meanwhile
        this.#sink.back(false);
      }
      for (const message of messages) this.#take(message);
      if (messages.length === batchSize && this.#polls.size < this.#pollers) this.#addPoll();
      else if (messages.length === 0 && this.#polls.size > 1) return;
    }
  }

  #take(message: SqsMessage): void {
    const result = fromSqs(message, this.#virtualTime);
    const read = "read" in result ? result.read : undefined;
    const { id } = read ?? ("failed" in result ? result.failed : { id: "" });
    const told = this.#kept.has(id);
    if (!told) {
      if ("read" in result) this.#sink.event(result.read);
      else this.#sink.undecodable(result.failed);
    }
    const receipt = message.ReceiptHandle;
    if (receipt === undefined) return;
    if (this.#shared && !(read !== undefined && this.#sink.ours(read))) {
      this.#kept.set(id, { receipt, message: read });
    } else {
      this.#kept.delete(id);
      this.#deleteSoon(receipt);
    }
  }

  #deleteSoon(receipt: string): void {
    this.#toDelete.push(receipt);
    this.#deleting ??= this.#delete();
  }

  /** Makes a message visible to others again, at once. */
  async #giveBack(ReceiptHandle: string): Promise<void> {
    try {
      await this.#sqs.changeMessageVisibility({ QueueUrl: this.#url, ReceiptHandle, VisibilityTimeout: 0 });
    } catch {
      // its time was up, or the queue is gone: then it is visible already, or nowhere
    }
  }

  /** Deletes what has been handed over, ten at a time; what comes meanwhile joins the next batch. */
  async #delete(): Promise<void> {
    // what is taken in this turn goes into one batch
    await Promise.resolve();
    while (this.#toDelete.length > 0) {
      const receipts = this.#toDelete.splice(0, batchSize);
      const error = await this.#deleteBatch(receipts);
      if (error !== undefined) {
        this.#fail(error);
        break;
      }
    }
    this.#deleting = undefined;
  }

  async #deleteBatch(receipts: readonly string[]): Promise<unknown> {
    let left = receipts.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
    let problem: unknown;
    for (let attempt = 1; attempt <= deleteAttempts; attempt++) {
      try {
        const { Failed = [] } = await this.#sqs.deleteMessageBatch({ QueueUrl: this.#url, Entries: left });
        if (Failed.length === 0) return undefined;
        problem = new Error(`deleting failed: ${Failed.map(({ Code, Message }) => `${Code} ${Message}`).join("; ")}`);
        left = left.filter(({ Id }) => Failed.some((failure) => failure.Id === Id));
      } catch (error) {
        problem = error;
        // while stopping, a broker that is gone has nothing left to delete from; any other trouble leaves messages behind
        if (isMissing(error) || (this.#stop.signal.aborted && isRefused(error))) return undefined;
      }
      await delay(this.#clock, firstRetry * attempt, { hold: false });
    }
    return problem;
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#sink.failed(explain(error, "SQS"));
  }
}
