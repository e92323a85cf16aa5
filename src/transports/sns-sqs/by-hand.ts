import type { Attributes } from "../../contracts/index.ts";
import { type Clock, type Duration, milliseconds, watchedByScope } from "../../time/index.ts";
import { wakefulError } from "../../errors.ts";
import * as kind from "../../kinds.ts";
import { checkArgument, checkOptions, type OptionKinds } from "../../options.ts";
import type { Addresses } from "./addresses.ts";
import { explain } from "./aws-errors.ts";
import type { SnsClient, SqsClient } from "./client.ts";
import { isFifo } from "./fifo.ts";
import { fromSqs } from "./message.ts";
import { moveMessages } from "./move-task.ts";
import { allowTopic } from "./queue-policy.ts";
import { checkFilter, explainFilter, type FilterOptions, filterAttributes, filterKinds } from "./subscription.ts";
import { wholeSeconds } from "./whole-seconds.ts";

const never = new AbortController().signal;
const longestPoll = 20;

export interface QueueOptions {
  /** How long a received message stays hidden. Whole seconds. */
  readonly visibility?: Duration;
  /** How long a sent message stays hidden at first. Whole seconds. */
  readonly delay?: Duration;
  /** Where messages go after so many receives. The queue must exist. */
  readonly deadLetters?: { readonly queue: string; readonly maxReceives: number };
  /** Any other attribute, as AWS names it. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface SubscribeOptions extends FilterOptions {
  /** Whether the body arrives as it was published. Default true. */
  readonly raw?: boolean;
  readonly signal?: AbortSignal;
}

export interface ReceiveOptions {
  /** 1 to 10, default 10. */
  readonly max?: number;
  /** Default: not at all. At most 20 s; what is no whole second is rounded up. */
  readonly wait?: Duration;
  /** Whole seconds. Default: the queue's own. */
  readonly visibility?: Duration;
  readonly signal?: AbortSignal;
}

export interface MoveOptions {
  /** The queue to move to. Default: each message goes back to the queue that gave it up. */
  readonly to?: string;
  /** 1 to 500 messages a second. Default: as fast as the broker can. */
  readonly perSecond?: number;
  /** Aborting it cancels the task. */
  readonly signal?: AbortSignal;
}

const onlySignal = { signal: kind.signal };
const queueOptions: OptionKinds<QueueOptions> = {
  visibility: kind.duration,
  delay: kind.duration,
  deadLetters: kind.anything,
  attributes: kind.recordOf(kind.anyText, 'an object of texts, as AWS has them: { MessageRetentionPeriod: "60" }'),
  signal: kind.signal,
};
const deadLettersOfQueue: OptionKinds<NonNullable<QueueOptions["deadLetters"]>> = {
  queue: kind.needed(kind.text),
  maxReceives: kind.needed(kind.wholeNumber(1, 1_000)),
};
const subscribeOptions: OptionKinds<SubscribeOptions> = { ...filterKinds, raw: kind.flag, signal: kind.signal };
const receiveOptions: OptionKinds<ReceiveOptions> = {
  max: kind.wholeNumber(1, 10),
  wait: kind.duration,
  visibility: kind.duration,
  signal: kind.signal,
};
const moveOptions: OptionKinds<MoveOptions> = {
  to: kind.text,
  perSecond: kind.wholeNumber(1, 500),
  signal: kind.signal,
};

/** A message received by hand. It is in flight until `delete` or `release`. */
export interface HandMessage {
  readonly id: string;
  readonly body: string;
  readonly attributes: Attributes;
  /** The message group. */
  readonly key?: string;
  readonly deliveries: number;
  delete(): Promise<void>;
  /** Makes it visible again, at once or after a time in whole seconds. */
  release(after?: Duration): Promise<void>;
}

/** A queue at one moment. On AWS the counts are approximate. */
export interface QueueState {
  readonly name: string;
  readonly arn: string;
  readonly url: string;
  readonly ready: number;
  readonly delayed: number;
  readonly inFlight: number;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Topics and queues by hand. Names match exactly; an unknown one rejects with `RESOURCE_MISSING`. */
export class ByHand {
  readonly #sns: SnsClient;
  readonly #sqs: SqsClient;
  readonly #addresses: Addresses;
  readonly #clock: Clock;

  /** @internal */
  constructor(options: { sns: SnsClient; sqs: SqsClient; addresses: Addresses; clock: Clock }) {
    this.#sns = options.sns;
    this.#sqs = options.sqs;
    this.#addresses = options.addresses;
    this.#clock = options.clock;
  }

  /** Creates a topic, FIFO if its name ends so. Idempotent. Returns its ARN. */
  async createTopic(name: string, options: { readonly signal?: AbortSignal } = {}): Promise<string> {
    checkArgument("createTopic(name)", name, kind.text);
    checkOptions("createTopic()", options, onlySignal);
    const fifo = isFifo(name) ? { FifoTopic: "true", ContentBasedDeduplication: "false" } : undefined;
    const { TopicArn = "" } = await this.#call("SNS", options.signal, (call) =>
      this.#sns.createTopic({ Name: name, ...(fifo && { Attributes: fifo }) }, call),
    );
    return TopicArn;
  }

  /** Creates a queue, FIFO if its name ends so. Idempotent. Returns its URL. */
  async createQueue(name: string, options: QueueOptions = {}): Promise<string> {
    checkArgument("createQueue(name)", name, kind.text);
    checkOptions("createQueue()", options, queueOptions);
    if (options.deadLetters !== undefined)
      checkOptions("deadLetters of createQueue()", options.deadLetters, deadLettersOfQueue);
    const { visibility, delay, deadLetters, attributes, signal } = options;
    const given: Record<string, string> = { ...attributes };
    if (isFifo(name)) Object.assign(given, { FifoQueue: "true", ContentBasedDeduplication: "false", ...attributes });
    if (visibility !== undefined) given["VisibilityTimeout"] = String(wholeSeconds(visibility, "visibility"));
    if (delay !== undefined) given["DelaySeconds"] = String(wholeSeconds(delay, "delay"));
    if (deadLetters !== undefined) {
      const { arn } = await this.inspect(deadLetters.queue, signal === undefined ? {} : { signal });
      given["RedrivePolicy"] = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: deadLetters.maxReceives });
    }
    const { QueueUrl = "" } = await this.#call("SQS", signal, (call) =>
      this.#sqs.createQueue({ QueueName: name, ...(Object.keys(given).length > 0 && { Attributes: given }) }, call),
    );
    return QueueUrl;
  }

  /**
   * Subscribes a queue to a topic, creating both where they are not there yet, and allows the delivery. Returns the
   * subscription's ARN. Rejects with `FILTER_POLICY_REFUSED`, with what SNS says of the policy.
   */
  async subscribe(topic: string, queue: string, options: SubscribeOptions = {}): Promise<string> {
    checkArgument("subscribe(topic)", topic, kind.text);
    checkArgument("subscribe(topic, queue)", queue, kind.text);
    checkOptions("subscribe()", options, subscribeOptions);
    checkFilter("subscribe()", options);
    const { raw = true, signal } = options;
    const passOn = signal === undefined ? {} : { signal };
    const topicArn = await this.createTopic(topic, passOn);
    const state = await this.#inspectOrCreate(queue, passOn);
    await this.#call("SQS", signal, (call) =>
      this.#sqs.setQueueAttributes(
        {
          QueueUrl: state.url,
          Attributes: { Policy: allowTopic(state.arn, topicArn, state.attributes["Policy"]) },
        },
        call,
      ),
    );
    const request = {
      TopicArn: topicArn,
      Protocol: "sqs",
      Endpoint: state.arn,
      ReturnSubscriptionArn: true,
      Attributes: { RawMessageDelivery: String(raw), ...filterAttributes(options) },
    };
    try {
      const { SubscriptionArn = "" } = await this.#call("SNS", signal, (call) => this.#sns.subscribe(request, call));
      return SubscriptionArn;
    } catch (error) {
      throw explainFilter(error, topic, options);
    }
  }

  /** Receives what is there, or comes within `wait`; an empty list when there is nothing. */
  async receive(queue: string, options: ReceiveOptions = {}): Promise<HandMessage[]> {
    checkArgument("receive(queue)", queue, kind.text);
    checkOptions("receive()", options, receiveOptions);
    const { max = 10, wait = 0, visibility, signal } = options;
    const seconds = Math.ceil(milliseconds(wait, "wait") / 1_000);
    if (seconds > longestPoll) {
      // cut short, an empty answer would say that nothing came for longer than anybody looked
      throw wakefulError("INVALID_OPTION", {
        option: "wait",
        value: String(wait),
        expected: `at most ${longestPoll} s`,
      });
    }
    const hidden = visibility === undefined ? {} : { VisibilityTimeout: wholeSeconds(visibility, "visibility") };
    const { Messages = [] } = await this.#addresses.onQueue(queue, signal ?? never, (QueueUrl, call) =>
      this.#sqs.receiveMessage(
        {
          QueueUrl,
          MaxNumberOfMessages: max,
          WaitTimeSeconds: seconds,
          MessageAttributeNames: ["All"],
          MessageSystemAttributeNames: ["All"],
          ...hidden,
        },
        call,
      ),
    );
    return Messages.map((message) => {
      const ReceiptHandle = message.ReceiptHandle ?? "";
      const result = fromSqs(message, false);
      const read = "read" in result ? result.read : undefined;
      return {
        id: message.MessageId ?? "",
        body: read === undefined ? "" : String(read.body),
        attributes: "read" in result ? result.read.attributes : result.failed.attributes,
        ...(read?.key !== undefined && { key: read.key }),
        deliveries: read?.deliveries ?? 1,
        delete: async () => {
          await this.#addresses.onQueue(queue, never, (QueueUrl, call) =>
            this.#sqs.deleteMessage({ QueueUrl, ReceiptHandle }, call),
          );
        },
        release: async (after = 0) => {
          const VisibilityTimeout = wholeSeconds(after, "release");
          await this.#addresses.onQueue(queue, never, (QueueUrl, call) =>
            this.#sqs.changeMessageVisibility({ QueueUrl, ReceiptHandle, VisibilityTimeout }, call),
          );
        },
      };
    });
  }

  /** A queue's counts, ARN, URL and attributes. */
  async inspect(queue: string, options: { readonly signal?: AbortSignal } = {}): Promise<QueueState> {
    checkArgument("inspect(queue)", queue, kind.text);
    checkOptions("inspect()", options, onlySignal);
    const { url, Attributes = {} } = await this.#addresses.onQueue(
      queue,
      options.signal ?? never,
      async (QueueUrl, call) => ({
        url: QueueUrl,
        ...(await this.#sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["All"] }, call)),
      }),
    );
    const attributes = Attributes as Record<string, string>;
    return {
      name: queue,
      url,
      arn: attributes["QueueArn"] ?? "",
      ready: Number(attributes["ApproximateNumberOfMessages"] ?? 0),
      delayed: Number(attributes["ApproximateNumberOfMessagesDelayed"] ?? 0),
      inFlight: Number(attributes["ApproximateNumberOfMessagesNotVisible"] ?? 0),
      attributes,
    };
  }

  /** Removes all messages of a queue, those in flight too. AWS allows it once a minute. */
  purge(queue: string, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkArgument("purge(queue)", queue, kind.text);
    return watchedByScope(`purge of ${queue}`, this.purge, async () => {
      checkOptions("purge()", options, onlySignal);
      await this.#addresses.onQueue(queue, options.signal ?? never, (QueueUrl, call) =>
        this.#sqs.purgeQueue({ QueueUrl }, call),
      );
    });
  }

  /**
   * Has the broker move the messages of a dead-letter queue back to where they came from, as its console does, and waits
   * until it is done: on a simulator a rate counts in virtual seconds. Returns how many were moved. What somebody has
   * received and not deleted stays: where a harness listens, its channel's own `redrive()` sends back what it has taken.
   * Rejects with `REDRIVE_FAILED`, and with the SDK's error where the task cannot be started.
   *
   * @example
   * const moved = await aws.redrive("orders--dlq");
   */
  redrive(queue: string, options: MoveOptions = {}): Promise<number> {
    checkArgument("redrive(queue)", queue, kind.text);
    return watchedByScope(`redrive of ${queue}`, this.redrive, () => this.#redrive(queue, options));
  }

  async #redrive(queue: string, options: MoveOptions): Promise<number> {
    checkOptions("redrive()", options, moveOptions);
    const { to, perSecond, signal } = options;
    const passOn = signal === undefined ? {} : { signal };
    const sourceArn = (await this.inspect(queue, passOn)).arn;
    const destinationArn = to === undefined ? undefined : (await this.inspect(to, passOn)).arn;
    return await this.#call("SQS", signal, ({ abortSignal }) =>
      moveMessages({
        sqs: this.#sqs,
        clock: this.#clock,
        queue,
        sourceArn,
        destinationArn,
        perSecond,
        signal: abortSignal,
      }),
    );
  }

  async deleteQueue(queue: string, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkArgument("deleteQueue(queue)", queue, kind.text);
    checkOptions("deleteQueue()", options, onlySignal);
    await this.#addresses.onQueue(queue, options.signal ?? never, (QueueUrl, call) =>
      this.#sqs.deleteQueue({ QueueUrl }, call),
    );
    this.#addresses.forget(queue);
  }

  async deleteTopic(topic: string, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkArgument("deleteTopic(topic)", topic, kind.text);
    checkOptions("deleteTopic()", options, onlySignal);
    await this.#addresses.onTopic(topic, options.signal ?? never, (TopicArn, call) =>
      this.#sns.deleteTopic({ TopicArn }, call),
    );
    this.#addresses.forget(topic);
  }

  async #inspectOrCreate(queue: string, options: { readonly signal?: AbortSignal }): Promise<QueueState> {
    try {
      return await this.inspect(queue, options);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "RESOURCE_MISSING") throw error;
      await this.createQueue(queue, options);
      return await this.inspect(queue, options);
    }
  }

  async #call<T>(
    client: "SNS" | "SQS",
    signal: AbortSignal | undefined,
    call: (options: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    try {
      return await call({ abortSignal: signal ?? never });
    } catch (error) {
      signal?.throwIfAborted();
      throw explain(error, client);
    }
  }
}
