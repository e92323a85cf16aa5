import type { Clock } from "../../time/index.ts";
import { explain, isMissing } from "./aws-errors.ts";
import type { SnsClient, SqsClient } from "./client.ts";
import { nameOf } from "./name-of.ts";
import { pages } from "./pages.ts";
import { expiresTag, ownName, ownPrefix, runTag } from "./own-queue.ts";

export interface SweepOptions {
  readonly sns: SnsClient;
  readonly sqs: SqsClient;
  readonly clock: Clock;
  /** Whether to look at all subscriptions, which may be thousands, also when no queue has expired. */
  readonly thorough: boolean;
  readonly signal: AbortSignal;
}

/** What was swept away. */
export interface Swept {
  /** Names of queues. */
  readonly queues: readonly string[];
  /** ARNs of subscriptions: of those queues, and of queues of a harness's own that had gone before. */
  readonly subscriptions: readonly string[];
}

/**
 * Removes what runs that are over have left behind: queues of a harness's own whose expiry has passed, and subscriptions of
 * such queues. Several may sweep at once.
 */
export async function sweep(options: SweepOptions): Promise<Swept> {
  const { sns, sqs, thorough, signal } = options;
  const call = { abortSignal: signal };
  const swept = { queues: [] as string[], subscriptions: [] as string[] };
  try {
    const expired = await expiredQueues(options);
    if (expired.size === 0 && !thorough) return swept;
    // subscriptions first: a queue that goes before leaves one that only a look at all of them finds
    for (const { arn, endpoint } of await ownSubscriptions(sns, signal)) {
      if (!expired.has(endpoint) && !(await isGone(sqs, endpoint, signal))) continue;
      await sns.unsubscribe({ SubscriptionArn: arn }, call).catch(ignoreMissing);
      swept.subscriptions.push(arn);
    }
    for (const QueueUrl of expired.values()) {
      await sqs.deleteQueue({ QueueUrl }, call).catch(ignoreMissing);
      swept.queues.push(nameOf(QueueUrl));
    }
    return swept;
  } catch (error) {
    signal.throwIfAborted();
    throw explain(error, "SQS");
  }
}

/** URLs by ARN, of queues that bear a harness's tags and whose expiry has passed. */
async function expiredQueues({ sqs, clock, signal }: SweepOptions): Promise<Map<string, string>> {
  const call = { abortSignal: signal };
  const expired = new Map<string, string>();
  for (const QueueUrl of await ownQueues(sqs, signal)) {
    try {
      const { Tags = {} } = await sqs.listQueueTags({ QueueUrl }, call);
      if (!(runTag in Tags) || !(Date.parse(Tags[expiresTag] ?? "") < clock.wall())) continue;
      const { Attributes = {} } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["All"] }, call);
      expired.set(Attributes["QueueArn"] ?? "", QueueUrl);
    } catch (error) {
      ignoreMissing(error);
    }
  }
  return expired;
}

async function ownQueues(sqs: SqsClient, signal: AbortSignal): Promise<string[]> {
  const urls: string[] = [];
  const ask = (from: object) =>
    sqs.listQueues({ QueueNamePrefix: ownPrefix, MaxResults: 1_000, ...from }, { abortSignal: signal });
  for await (const { QueueUrls = [] } of pages(ask)) urls.push(...QueueUrls);
  return urls;
}

/** Subscriptions of queues with a harness's own kind of name, in the account and region of their topic. */
async function ownSubscriptions(sns: SnsClient, signal: AbortSignal): Promise<{ arn: string; endpoint: string }[]> {
  const found: { arn: string; endpoint: string }[] = [];
  for await (const { Subscriptions = [] } of pages((from) => sns.listSubscriptions(from, { abortSignal: signal }))) {
    for (const { SubscriptionArn: arn = "", Endpoint: endpoint = "" } of Subscriptions) {
      // elsewhere a queue that we cannot see may well be there
      if (ownName.test(nameOf(endpoint)) && placeOf(endpoint) === placeOf(arn)) found.push({ arn, endpoint });
    }
  }
  return found;
}

/** Asked after the subscription was seen: a harness creates its queue first, so a new one is there by now. */
async function isGone(sqs: SqsClient, arn: string, signal: AbortSignal): Promise<boolean> {
  try {
    await sqs.getQueueUrl({ QueueName: nameOf(arn) }, { abortSignal: signal });
    return false;
  } catch (error) {
    ignoreMissing(error);
    return true;
  }
}

/** Somebody else was quicker. */
function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}

/** Region and account of an ARN. */
function placeOf(arn: string): string {
  return arn.split(":").slice(3, 5).join(":");
}
