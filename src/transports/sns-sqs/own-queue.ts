import { randomUUID } from "node:crypto";
import type { Clock } from "../../time/index.ts";
import { explain } from "./aws-errors.ts";
import type { SnsClient, SqsClient } from "./client.ts";
import { fifoSuffix, isFifo } from "./fifo.ts";
import { allowTopic } from "./queue-policy.ts";
import { Renewal } from "./renewal.ts";
import { explainFilter, type FilterOptions, filterAttributes } from "./subscription.ts";

/** What the names of all queues of a harness's own begin with. */
export const ownPrefix = "wakeful-";
/** And their form: run, a random part, topic. */
export const ownName = /^wakeful-[A-Za-z0-9_-]+-[0-9a-f]{8}-/;
export const runTag = "wakeful:run";
export const expiresTag = "wakeful:expires";

const lifetime = 6 * 3_600_000;
const renewal = 3_600_000;
const retentionSeconds = 3_600;
const longestName = 80;

export interface OwnQueueOptions {
  readonly sns: SnsClient;
  readonly sqs: SqsClient;
  readonly clock: Clock;
  readonly run: string;
  readonly topic: { readonly name: string; readonly arn: string };
  readonly filter: FilterOptions;
  readonly signal: AbortSignal;
}

/**
 * A queue of the harness's own, subscribed to a topic, so that listening steals nothing from anybody. It is tagged with the
 * run and an expiry, which is put off while it is used: what a killed run leaves behind can be swept away. That of a FIFO
 * topic is a FIFO queue, so that each group comes in its order.
 */
export class OwnQueue implements AsyncDisposable {
  readonly url: string;
  readonly #options: OwnQueueOptions;
  readonly #subscriptionArn: string;
  readonly #renewal: Renewal;

  private constructor(options: OwnQueueOptions, url: string, subscriptionArn: string) {
    this.#options = options;
    this.url = url;
    this.#subscriptionArn = subscriptionArn;
    this.#renewal = new Renewal(options.clock, renewal, () => this.#renew());
  }

  /** Creates and subscribes it; leaves nothing behind when that fails. Rejects with the named errors of `explain`. */
  static async create(options: OwnQueueOptions): Promise<OwnQueue> {
    const { sns, sqs, clock, run, topic, filter, signal } = options;
    const call = { abortSignal: signal };
    const fifo = isFifo(topic.name);
    let client: "SNS" | "SQS" = "SQS";
    try {
      const { QueueUrl: url = "" } = await sqs.createQueue(
        {
          QueueName: nameFor(run, topic.name, fifo),
          Attributes: {
            MessageRetentionPeriod: String(retentionSeconds),
            ...(fifo && { FifoQueue: "true" }),
          },
          tags: { [runTag]: run, [expiresTag]: expiry(clock) },
        },
        call,
      );
      try {
        const { Attributes = {} } = await sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: ["All"] }, call);
        const queueArn = Attributes["QueueArn"] ?? "";
        await sqs.setQueueAttributes({ QueueUrl: url, Attributes: { Policy: allowTopic(queueArn, topic.arn) } }, call);
        client = "SNS";
        const { SubscriptionArn = "" } = await sns.subscribe(
          {
            TopicArn: topic.arn,
            Protocol: "sqs",
            Endpoint: queueArn,
            Attributes: { RawMessageDelivery: "true", ...filterAttributes(filter) },
            ReturnSubscriptionArn: true,
          },
          call,
        );
        return new OwnQueue(options, url, SubscriptionArn);
      } catch (error) {
        // what went wrong first is what to tell; a queue that cannot be removed either is swept away by its tag
        await sqs.deleteQueue({ QueueUrl: url }).catch(() => undefined);
        throw error;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw explain(explainFilter(error, topic.name, filter), client);
    }
  }

  /** Unsubscribes and removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#renewal[Symbol.asyncDispose]();
    const { sns, sqs } = this.#options;
    await sns.unsubscribe({ SubscriptionArn: this.#subscriptionArn });
    await sqs.deleteQueue({ QueueUrl: this.url });
  }

  async #renew(): Promise<boolean> {
    const { sqs, clock } = this.#options;
    // one that fails is made good an hour later; the reader tells of a broker in trouble
    await sqs.tagQueue({ QueueUrl: this.url, Tags: { [expiresTag]: expiry(clock) } }).catch(() => undefined);
    return true;
  }
}

function nameFor(run: string, topic: string, fifo: boolean): string {
  const suffix = fifo ? fifoSuffix : "";
  const name = `${ownPrefix}${run}-${randomUUID().slice(0, 8)}-${isFifo(topic) ? topic.slice(0, -fifoSuffix.length) : topic}`;
  return `${name.slice(0, longestName - suffix.length)}${suffix}`;
}

function expiry(clock: Clock): string {
  return new Date(clock.wall() + lifetime).toISOString();
}
