import { randomBytes } from "node:crypto";
import type {
  Accounting,
  ChannelDeclaration,
  Codec,
  Correlation,
  DeadLettersDeclaration,
  InferInput,
  InferOutput,
  ListenerSink,
  SendableDeclaration,
  StandardSchema,
  Subscription,
  TransportInfo,
} from "../../contracts/index.ts";
import * as kind from "../../kinds.ts";
import { checkArgument, checkOptions, type OptionKinds } from "../../options.ts";
import { type Clock, systemClock } from "../../time/index.ts";
import { Addresses } from "./addresses.ts";
import { ByHand } from "./by-hand.ts";
import type { SnsClient, SqsClient } from "./client.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import { isFifo } from "./fifo.ts";
import { OwnQueue } from "./own-queue.ts";
import { QueueReader } from "./reader.ts";
import { type FifoSendOptions, fifoSendOptions, type QueueSendOptions, queueSendOptions } from "./send-options.ts";
import { Sender } from "./sender.ts";
import { checkFilter, describeFilter, filterKinds, type FilterOptions } from "./subscription.ts";
import { sweep, type Swept } from "./sweep.ts";

export interface SnsSqsOptions {
  /** `new SNS(...)` of @aws-sdk/client-sns 3. */
  readonly sns: SnsClient;
  /** `new SQS(...)` of @aws-sdk/client-sqs 3. */
  readonly sqs: SqsClient;
  /** Who knows every message: a simulator. AWS itself cannot say, so without it absence is watched, not proved. */
  readonly accounting?: Accounting;
  /** How many long polls a listened queue gets at most, while answers come full: 1 to 3. Default 3. */
  readonly pollers?: number;
  /** The run's id, in names and tags of the harness's own queues: letters, digits, "-" and "_", at most 40. Default: random. */
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

export interface TopicOptions<S extends StandardSchema> extends ChannelOptions<S>, FilterOptions {}

export interface DeadLetterOptions<S extends StandardSchema> extends ChannelOptions<S> {
  /** Whether dead letters that no wait takes are fine. Default: they fail the scope that caused them. */
  readonly allow?: boolean;
  /**
   * The queue whose dead letters these are: `redrive()` sends those back to it that do not tell where they came from, as
   * those that a system sent here by itself.
   */
  readonly source?: string;
}

/** Leaves room in the name of a queue, which has 80 characters at most. */
const runForm = /^[A-Za-z0-9_-]{1,40}$/;

const transportOptions: OptionKinds<SnsSqsOptions> = {
  sns: kind.needed(
    kind.objectWith(["publish", "subscribe"], "a client with all methods: new SNS(...) of @aws-sdk/client-sns"),
  ),
  sqs: kind.needed(
    kind.objectWith(
      ["sendMessage", "receiveMessage"],
      "a client with all methods: new SQS(...) of @aws-sdk/client-sqs",
    ),
  ),
  accounting: kind.objectWith(["mark"], "a simulator, as startAwsSimulator() resolves to it"),
  pollers: { ...kind.wholeNumber(1, 3), expected: "1, 2 or 3" },
  run: {
    expected: 'at most 40 letters, digits, "-" and "_", as queue names have them',
    accepts: (value) => typeof value === "string" && runForm.test(value),
  },
  clock: kind.internal(kind.anything),
};
const channelOptions: OptionKinds<ChannelOptions<StandardSchema>> = {
  schema: kind.schema,
  codec: kind.codec,
  correlation: kind.correlation,
};
const topicOptions: OptionKinds<TopicOptions<StandardSchema>> = { ...channelOptions, ...filterKinds };
const letterOptions: OptionKinds<DeadLetterOptions<StandardSchema>> = {
  ...channelOptions,
  allow: kind.flag,
  source: kind.text,
};

interface ReadOptions {
  readonly url: string;
  readonly queue: string;
  readonly sink: ListenerSink;
  readonly shared: boolean;
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
  readonly #sender: Sender;
  #swept = false;

  /** @internal Use `snsSqs`. */
  constructor(options: SnsSqsOptions) {
    checkOptions("snsSqs()", options, transportOptions);
    const { sns, sqs, accounting, clock = systemClock, run = randomBytes(4).toString("hex"), pollers = 3 } = options;
    const addresses = new Addresses(sns, sqs);
    super({ sns, sqs, addresses, clock });
    this.#options = options;
    this.#addresses = addresses;
    this.#clock = clock;
    this.#run = run;
    this.#pollers = pollers;
    this.#sender = new Sender({ sns, sqs, addresses, accounting });
    this.#info = {
      name: "sns-sqs",
      ...(accounting && { accounting }),
    };
  }

  /**
   * A topic: sends to it, and listens on a tagged queue of its own, which steals nothing from anybody. A FIFO topic has a
   * name that ends with ".fifo": each group's events come in its order, and bear the group as their `key`. With a
   * `filterPolicy` the channel hears only what passes it, and `none()` speaks of nothing else: one channel for each kind of
   * event on the topic, each with its schema. What the test sends through a channel should pass that one's own filter: a
   * channel that heard nothing of it, nor anything else, proves no silence (`FILTERED_OUT`).
   *
   * @example
   * const orders = aws.topic("orders.fifo", { schema: Order });
   * await orders.send(order, { key: order.customer_id, deduplicationId: order.order_id });
   */
  topic<S extends StandardSchema>(
    name: `${string}.fifo`,
    options?: TopicOptions<S>,
  ): ChannelDeclaration<In<S>, Out<S>, FifoSendOptions>;
  topic<S extends StandardSchema>(name: string, options?: TopicOptions<S>): ChannelDeclaration<In<S>, Out<S>>;
  topic<S extends StandardSchema>(
    name: string,
    options: TopicOptions<S> = {},
  ): ChannelDeclaration<In<S>, Out<S>, FifoSendOptions> {
    checkArgument("topic(name)", name, kind.text);
    checkOptions(`topic("${name}")`, options, topicOptions);
    checkFilter(`topic("${name}")`, options);
    const { filterPolicy, filterPolicyScope, ...declared } = options;
    const filter = {
      ...(filterPolicy !== undefined && { filterPolicy }),
      ...(filterPolicyScope !== undefined && { filterPolicyScope }),
    };
    const topic = `topic ${name}`;
    const text = describeFilter(filter);
    return {
      direction: "both",
      ...declared,
      transport: this.#info,
      endpoint: {
        name: text === undefined ? topic : `${topic} with ${text}`,
        carries: "bytes",
        ...(text !== undefined && { filter: { of: topic, text } }),
        sendOptions: isFifo(name) ? fifoSendOptions : [],
        send: (message, signal) => this.#sender.toTopic(name, message, signal),
        listen: (sink, signal) => this.#listenToTopic(name, filter, sink, signal),
      },
    };
  }

  /** A queue that a system reads: the harness only sends to it. A FIFO queue has a name that ends with ".fifo". */
  queue<S extends StandardSchema>(
    name: `${string}.fifo`,
    options?: ChannelOptions<S>,
  ): SendableDeclaration<In<S>, FifoSendOptions>;
  queue<S extends StandardSchema>(
    name: string,
    options?: ChannelOptions<S>,
  ): SendableDeclaration<In<S>, QueueSendOptions>;
  queue<S extends StandardSchema>(
    name: string,
    options: ChannelOptions<S> = {},
  ): SendableDeclaration<In<S>, FifoSendOptions & QueueSendOptions> {
    checkArgument("queue(name)", name, kind.text);
    checkOptions(`queue("${name}")`, options, channelOptions);
    return {
      direction: "send",
      ...options,
      transport: this.#info,
      endpoint: {
        name: `queue ${name}`,
        carries: "bytes",
        sendOptions: isFifo(name) ? fifoSendOptions : queueSendOptions,
        send: (message, signal) => this.#sender.toQueue(name, message, signal),
      },
    };
  }

  /**
   * A dead-letter queue that only the harness reads. A dead letter of a scope that no wait takes fails the scope. On a
   * broker that was not started for these tests (no `accounting`) the harness takes a lease on the queue, by a tag and in half
   * a second, deletes only what bears its mark, and gives the rest back when it closes. Opening and closing reject with
   * `COMPETING_LISTENERS` when another harness reads it too.
   *
   * On a FIFO queue that others use, their letters at the head of a group keep ours behind them from being received.
   */
  deadLetters<S extends StandardSchema>(
    name: string,
    options: DeadLetterOptions<S> = {},
  ): DeadLettersDeclaration<Out<S>> {
    checkArgument("deadLetters(name)", name, kind.text);
    checkOptions(`deadLetters("${name}")`, options, letterOptions);
    const { allow = false, source, ...declared } = options;
    const { sqs, accounting } = this.#options;
    return {
      direction: "listen",
      ...declared,
      deadLetters: { allowed: allow },
      transport: this.#info,
      endpoint: new DeadLetterQueue({
        queue: name,
        source,
        sqs,
        addresses: this.#addresses,
        clock: this.#clock,
        run: this.#run,
        shared: accounting === undefined,
        reads: () => accounting?.harnessReads?.(name),
        read: (read) => this.#read(read),
        receipt: (id) => this.#sender.receipt(id),
      }),
    };
  }

  /**
   * Removes what killed runs have left on the broker: queues of a harness's own whose expiry, six hours after their last use,
   * has passed, and subscriptions of these and of queues that are gone. The first listener on a topic does it by itself, but
   * for the last: that takes a look at all subscriptions of the account.
   */
  async sweep(options: { readonly signal?: AbortSignal } = {}): Promise<Swept> {
    checkOptions("sweep()", options, { signal: kind.signal });
    return await this.#sweep(true, options.signal ?? new AbortController().signal);
  }

  async #listenToTopic(
    name: string,
    filter: FilterOptions,
    sink: ListenerSink,
    signal: AbortSignal,
  ): Promise<Subscription> {
    const { sns, sqs } = this.#options;
    const arn = await this.#addresses.topic(name, signal);
    const options = { sns, sqs, clock: this.#clock, run: this.#run, signal };
    const [queue] = await Promise.all([
      OwnQueue.create({ ...options, topic: { name, arn }, filter }),
      this.#sweepOnce(signal),
    ]);
    const reader = this.#read({ url: queue.url, queue: name, sink, shared: false });
    reader.start();
    let closing: Promise<void> | undefined;
    return { [Symbol.asyncDispose]: () => (closing ??= reader.stop().then(() => queue[Symbol.asyncDispose]())) };
  }

  async #sweep(thorough: boolean, signal: AbortSignal): Promise<Swept> {
    const { sns, sqs } = this.#options;
    return await sweep({ sns, sqs, clock: this.#clock, thorough, signal });
  }

  /** On a broker that others use too, the first listener sweeps away what killed runs have left there. */
  async #sweepOnce(signal: AbortSignal): Promise<void> {
    if (this.#options.accounting !== undefined || this.#swept) return;
    this.#swept = true;
    try {
      await this.#sweep(false, signal);
    } catch {
      // it may not be allowed, and is no reason not to listen: `sweep()` itself tells why
    }
  }

  #read({ url, queue, sink, shared }: ReadOptions): QueueReader {
    return new QueueReader({
      sqs: this.#options.sqs,
      url,
      sink,
      clock: this.#clock,
      pollers: this.#pollers,
      virtualTime: this.#options.accounting !== undefined,
      shared,
      fifo: isFifo(queue),
    });
  }
}
