import { randomUUID } from "node:crypto";
import type { Clock } from "../../time/index.ts";
import { isMissing, explain } from "./aws-errors.ts";
import type { SnsClient, SqsClient } from "./client.ts";
import { allowTopic } from "./queue-policy.ts";
import { Renewal } from "./renewal.ts";

/** What all queues of a harness's own begin with. */
const ownPrefix = "wakeful-";
const runTag = "wakeful:run";
const expiresTag = "wakeful:expires";

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
  readonly signal: AbortSignal;
}

/**
 * A queue of the harness's own, subscribed to a topic, so that listening steals nothing from anybody. It is tagged with the
 * run and an expiry, which is put off while it is used: what a killed run leaves behind can be swept away.
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
    const { sns, sqs, clock, run, topic, signal } = options;
    const call = { abortSignal: signal };
    let client: "SNS" | "SQS" = "SQS";
    try {
      const { QueueUrl: url = "" } = await sqs.createQueue(
        {
          QueueName: `${ownPrefix}${run}-${randomUUID().slice(0, 8)}-${topic.name}`.slice(0, longestName),
          Attributes: { MessageRetentionPeriod: String(retentionSeconds) },
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
            Attributes: { RawMessageDelivery: "true" },
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
      throw explain(error, client);
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

/**
 * Removes the queues, with their subscriptions, that runs which are over have left behind: those of a harness's own whose
 * expiry has passed. Returns their names. Several may sweep at once.
 */
export async function sweep(options: Pick<OwnQueueOptions, "sns" | "sqs" | "clock" | "signal">): Promise<string[]> {
  const { sns, sqs, clock, signal } = options;
  const call = { abortSignal: signal };
  const swept: string[] = [];
  try {
    const orphans = new Map<string, string>();
    for (const QueueUrl of await ownQueues(sqs, signal)) {
      try {
        const { Tags = {} } = await sqs.listQueueTags({ QueueUrl }, call);
        if (!(runTag in Tags) || !(Date.parse(Tags[expiresTag] ?? "") < clock.wall())) continue;
        const { Attributes = {} } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["All"] }, call);
        orphans.set(Attributes["QueueArn"] ?? "", QueueUrl);
      } catch (error) {
        // somebody else was quicker
        if (!isMissing(error)) throw error;
      }
    }
    if (orphans.size === 0) return [];
    let token: string | undefined;
    do {
      const page = await sns.listSubscriptions(token === undefined ? {} : { NextToken: token }, call);
      for (const { SubscriptionArn, Endpoint } of page.Subscriptions ?? []) {
        if (SubscriptionArn !== undefined && orphans.has(Endpoint ?? "")) {
          await sns.unsubscribe({ SubscriptionArn }, call);
        }
      }
      token = page.NextToken;
    } while (token !== undefined);
    for (const QueueUrl of orphans.values()) {
      await sqs.deleteQueue({ QueueUrl }, call).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
      swept.push(QueueUrl.slice(QueueUrl.lastIndexOf("/") + 1));
    }
    return swept;
  } catch (error) {
    signal.throwIfAborted();
    throw explain(error, "SQS");
  }
}

async function ownQueues(sqs: SqsClient, signal: AbortSignal): Promise<string[]> {
  const urls: string[] = [];
  let token: string | undefined;
  do {
    const page = await sqs.listQueues(
      { QueueNamePrefix: ownPrefix, MaxResults: 1_000, ...(token !== undefined && { NextToken: token }) },
      { abortSignal: signal },
    );
    urls.push(...(page.QueueUrls ?? []));
    token = page.NextToken;
  } while (token !== undefined);
  return urls;
}

function expiry(clock: Clock): string {
  return new Date(clock.wall() + lifetime).toISOString();
}
