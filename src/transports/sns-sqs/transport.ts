import { randomBytes } from "node:crypto";
import type {
  Accounting,
  ChannelDeclaration,
  Codec,
  Correlation,
  InferInput,
  InferOutput,
  ListenableDeclaration,
  ListenerSink,
  OutgoingMessage,
  SendableDeclaration,
  SendReceipt,
  StandardSchema,
  Subscription,
  TransportInfo,
} from "../../contracts/index.ts";
import { wakefulError } from "../../errors.ts";
import { type Clock, type Duration, systemClock } from "../../time/index.ts";
import { Addresses } from "./addresses.ts";
import { ByHand } from "./by-hand.ts";
import type { SnsClient, SqsClient } from "./client.ts";
import { toAwsAttributes } from "./message.ts";
import { OwnQueue, sweep } from "./own-queue.ts";
import { QueueReader } from "./reader.ts";
import { ReaderLease } from "./reader-lease.ts";
import { wholeSeconds } from "./whole-seconds.ts";

export interface SnsSqsOptions {
  /** `new SNS(...)` of @aws-sdk/client-sns 3. */
  readonly sns: SnsClient;
  /** `new SQS(...)` of @aws-sdk/client-sqs 3. */
  readonly sqs: SqsClient;
  /** Who knows every message: a simulator. AWS itself cannot say, so without it absence is watched, not proved. */
  readonly accounting?: Accounting;
  /** How many long polls a listened queue gets at most, while answers come full: 1 to 3. Default 3. */
  readonly pollers?: number;
  /** The run's id, in names and tags of the harness's own queues. Default: random. */
  readonly run?: string;
  /** @internal */
  readonly clock?: Clock;
}

export interface ChannelOptions<S extends StandardSchema> {
  readonly schema?: S;
  /** Default: JSON. */
  readonly codec?: Codec;
  /** Where the payload bears the id that tells whose event it is. */
  readonly correlation?: Correlation;
}

export interface DeadLetterOptions<S extends StandardSchema> extends ChannelOptions<S> {
  /** Whether dead letters that no wait takes are fine. Default: they fail the scope that caused them. */
  readonly allow?: boolean;
}

type In<S extends StandardSchema> = StandardSchema extends S ? unknown : InferInput<S>;
type Out<S extends StandardSchema> = StandardSchema extends S ? unknown : InferOutput<S>;

/**
 * SNS topics and SQS queues, by the clients that you already have.
 *
 * @example
 * const aws = snsSqs({ sns: new SNS(simulator.config), sqs: new SQS(simulator.config), accounting: simulator });
 * const channels = { created: aws.topic("customer--created", { schema: CustomerCreated }) };
 */
export function snsSqs(options: SnsSqsOptions): SnsSqs {
  return new SnsSqs(options);
}

/** The transport, and a client by hand for set-up and for tests of the transport itself. */
export class SnsSqs extends ByHand {
  readonly #options: SnsSqsOptions;
  readonly #info: TransportInfo;
  readonly #addresses: Addresses;
  readonly #clock: Clock;
  readonly #run: string;
  readonly #pollers: number;
  #swept = false;

  /** @internal Use `snsSqs`. */
  constructor(options: SnsSqsOptions) {
    const { sns, sqs, accounting, clock = systemClock, run = randomBytes(4).toString("hex"), pollers = 3 } = options;
    if (!Number.isInteger(pollers) || pollers < 1 || pollers > 3) {
      throw wakefulError("INVALID_OPTION", { option: "pollers", value: String(pollers), expected: "1, 2 or 3" });
    }
    const addresses = new Addresses(sns, sqs);
    super({ sns, sqs, addresses });
    this.#options = options;
    this.#addresses = addresses;
    this.#clock = clock;
    this.#run = run;
    this.#pollers = pollers;
    this.#info = {
      name: "sns-sqs",
      ...(accounting && { accounting }),
    };
  }

  /** A topic: sends to it, and listens on a tagged queue of its own, which steals nothing from anybody. */
  topic<S extends StandardSchema>(name: string, options: ChannelOptions<S> = {}): ChannelDeclaration<In<S>, Out<S>> {
    return {
      direction: "both",
      ...options,
      transport: this.#info,
      endpoint: {
        name: `topic ${name}`,
        carries: "bytes",
        send: (message, signal) => this.#publish(name, message, signal),
        listen: (sink, signal) => this.#listenToTopic(name, sink, signal),
      },
    };
  }

  /** A queue that a system reads: the harness only sends to it. */
  queue<S extends StandardSchema>(name: string, options: ChannelOptions<S> = {}): SendableDeclaration<In<S>> {
    return {
      direction: "send",
      ...options,
      transport: this.#info,
      endpoint: {
        name: `queue ${name}`,
        carries: "bytes",
        send: (message, signal) => this.#sendToQueue(name, message, signal),
      },
    };
  }

  /**
   * A dead-letter queue that only the harness reads. A dead letter of a scope that no wait takes fails the scope. On a
   * broker that was not started for these tests (no `accounting`) the harness takes a lease on the queue, by a tag, deletes
   * only what bears its mark, and gives the rest back when it closes. Rejects with `COMPETING_LISTENERS`.
   */
  deadLetters<S extends StandardSchema>(
    name: string,
    options: DeadLetterOptions<S> = {},
  ): ListenableDeclaration<Out<S>> {
    const { allow = false, ...declared } = options;
    return {
      direction: "listen",
      ...declared,
      deadLetters: { allowed: allow },
      transport: this.#info,
      endpoint: {
        name: `dead letters ${name}`,
        carries: "bytes",
        listen: (sink, signal) => this.#listenToDeadLetters(name, sink, signal),
      },
    };
  }

  /**
   * Removes queues and subscriptions that killed runs have left on the broker: those of a harness's own whose expiry, six
   * hours after their last use, has passed. Returns the queues' names. The first listener on a topic does it by itself.
   */
  async sweep(options: { readonly signal?: AbortSignal } = {}): Promise<string[]> {
    const { sns, sqs } = this.#options;
    return await sweep({ sns, sqs, clock: this.#clock, signal: options.signal ?? new AbortController().signal });
  }

  async #publish(name: string, message: OutgoingMessage, signal: AbortSignal): Promise<SendReceipt> {
    const input = {
      Message: textOf(message.body, `topic ${name}`),
      MessageAttributes: toAwsAttributes(message.attributes),
      ...grouping(message),
    };
    const { MessageId = "" } = await this.#addresses.onTopic(name, signal, (TopicArn, call) =>
      this.#options.sns.publish({ TopicArn, ...input }, call),
    );
    return this.#receipt(MessageId);
  }

  async #sendToQueue(name: string, message: OutgoingMessage, signal: AbortSignal): Promise<SendReceipt> {
    const delayed = message.options?.["delay"] as Duration | undefined;
    const input = {
      MessageBody: textOf(message.body, `queue ${name}`),
      MessageAttributes: toAwsAttributes(message.attributes),
      ...(delayed !== undefined && { DelaySeconds: wholeSeconds(delayed, "delay") }),
      ...grouping(message),
    };
    const { MessageId = "" } = await this.#addresses.onQueue(name, signal, (QueueUrl, call) =>
      this.#options.sqs.sendMessage({ QueueUrl, ...input }, call),
    );
    return this.#receipt(MessageId);
  }

  #receipt(id: string): SendReceipt {
    const reached = this.#options.accounting?.reached?.(id);
    return { id, ...(reached !== undefined && { reached }) };
  }

  async #listenToTopic(name: string, sink: ListenerSink, signal: AbortSignal): Promise<Subscription> {
    const { sns, sqs } = this.#options;
    const arn = await this.#addresses.topic(name, signal);
    const options = { sns, sqs, clock: this.#clock, run: this.#run, signal };
    const [queue] = await Promise.all([OwnQueue.create({ ...options, topic: { name, arn } }), this.#sweepOnce(signal)]);
    return this.#read(queue.url, sink, () => queue[Symbol.asyncDispose]());
  }

  /** On a broker that others use too, the first listener sweeps away what killed runs have left there. */
  async #sweepOnce(signal: AbortSignal): Promise<void> {
    if (this.#options.accounting !== undefined || this.#swept) return;
    this.#swept = true;
    try {
      await this.sweep({ signal });
    } catch {
      // it may not be allowed, and is no reason not to listen: `sweep()` itself tells why
    }
  }

  async #listenToDeadLetters(name: string, sink: ListenerSink, signal: AbortSignal): Promise<Subscription> {
    const url = await this.#addresses.queue(name, signal);
    // on a broker of our own nobody else reads, and nothing of others is there
    const { accounting } = this.#options;
    if (accounting !== undefined) {
      const reading = accounting.harnessReads?.(name);
      return this.#read(url, sink, () => Promise.resolve(reading?.[Symbol.dispose]()));
    }
    const lease = await ReaderLease.take({
      sqs: this.#options.sqs,
      url,
      resource: `dead letters ${name}`,
      run: this.#run,
      clock: this.#clock,
      lost: (error) => {
        sink.failed(error);
      },
      signal,
    });
    return this.#read(url, sink, () => lease[Symbol.asyncDispose](), true);
  }

  #read(
    url: string,
    sink: ListenerSink,
    remove: () => Promise<void> = () => Promise.resolve(),
    shared = false,
  ): Subscription {
    const reader = new QueueReader({
      sqs: this.#options.sqs,
      url,
      sink,
      clock: this.#clock,
      pollers: this.#pollers,
      virtualTime: this.#options.accounting !== undefined,
      shared,
    });
    reader.start();
    let closing: Promise<void> | undefined;
    return {
      [Symbol.asyncDispose]: () => {
        closing ??= reader.stop().then(remove);
        return closing;
      },
    };
  }
}

function textOf(body: unknown, channel: string): string {
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(body);
    } catch (cause) {
      throw wakefulError(
        "ENCODING_FAILED",
        { channel, codec: "UTF-8 text, which is all that SNS and SQS carry" },
        { cause },
      );
    }
  }
  throw wakefulError("ENCODING_FAILED", { channel, codec: "text" });
}

function grouping({ key, options }: OutgoingMessage): { MessageGroupId?: string; MessageDeduplicationId?: string } {
  const deduplicationId = options?.["deduplicationId"];
  return {
    ...(key !== undefined && { MessageGroupId: key }),
    ...(typeof deduplicationId === "string" && { MessageDeduplicationId: deduplicationId }),
  };
}
