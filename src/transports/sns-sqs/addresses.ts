import { wakefulError } from "../../errors.ts";
import { similarNames } from "../../text/index.ts";
import { explain, isMissing } from "./aws-errors.ts";
import type { SnsClient, SqsClient } from "./client.ts";
import { nameOf } from "./name-of.ts";
import { pages } from "./pages.ts";

/** Finds topics and queues by their exact names, and remembers where they are. */
export class Addresses {
  readonly #sns: SnsClient;
  readonly #sqs: SqsClient;
  readonly #topics = new Map<string, string>();
  readonly #queues = new Map<string, string>();

  constructor(sns: SnsClient, sqs: SqsClient) {
    this.#sns = sns;
    this.#sqs = sqs;
  }

  /** The ARN of a topic. Reads all pages of the list. */
  async topic(name: string, signal: AbortSignal): Promise<string> {
    const known = this.#topics.get(name);
    if (known !== undefined) return known;
    const names: string[] = [];
    try {
      for await (const { Topics = [] } of pages((from) => this.#sns.listTopics(from, { abortSignal: signal }))) {
        for (const { TopicArn: arn = "" } of Topics) {
          const found = nameOf(arn);
          this.#topics.set(found, arn);
          names.push(found);
        }
        if (this.#topics.has(name)) break;
      }
    } catch (error) {
      throw explain(error, "SNS");
    }
    const arn = this.#topics.get(name);
    if (arn === undefined)
      throw wakefulError("RESOURCE_MISSING", { resource: `topic ${name}`, similar: similarNames(name, names) });
    return arn;
  }

  /** The URL of a queue. */
  async queue(name: string, signal: AbortSignal): Promise<string> {
    const known = this.#queues.get(name);
    if (known !== undefined) return known;
    try {
      const { QueueUrl: url } = await this.#sqs.getQueueUrl({ QueueName: name }, { abortSignal: signal });
      if (url === undefined) throw wakefulError("RESOURCE_MISSING", { resource: `queue ${name}`, similar: [] });
      this.#queues.set(name, url);
      return url;
    } catch (error) {
      if (!isMissing(error)) throw explain(error, "SQS");
      const names = await this.#queueNames(signal);
      throw wakefulError(
        "RESOURCE_MISSING",
        { resource: `queue ${name}`, similar: similarNames(name, names) },
        { cause: error },
      );
    }
  }

  /** Calls the broker with the URL of a queue; one that is gone meanwhile is missing too. */
  async onQueue<T>(
    name: string,
    signal: AbortSignal,
    call: (url: string, options: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const url = await this.queue(name, signal);
    return await this.#call("SQS", name, signal, (options) => call(url, options));
  }

  /** Calls the broker with the ARN of a topic; one that is gone meanwhile is missing too. */
  async onTopic<T>(
    name: string,
    signal: AbortSignal,
    call: (arn: string, options: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const arn = await this.topic(name, signal);
    return await this.#call("SNS", name, signal, (options) => call(arn, options));
  }

  /** Forgets a name: its topic or queue was deleted. */
  forget(name: string): void {
    this.#topics.delete(name);
    this.#queues.delete(name);
  }

  async #call<T>(
    client: "SNS" | "SQS",
    name: string,
    signal: AbortSignal,
    call: (options: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    try {
      return await call({ abortSignal: signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!isMissing(error)) throw explain(error, client);
      this.forget(name);
      const resource = `${client === "SNS" ? "topic" : "queue"} ${name}`;
      throw wakefulError("RESOURCE_MISSING", { resource, similar: [] }, { cause: error });
    }
  }

  async #queueNames(signal: AbortSignal): Promise<string[]> {
    const names: string[] = [];
    const ask = (from: object) => this.#sqs.listQueues({ MaxResults: 1_000, ...from }, { abortSignal: signal });
    for await (const { QueueUrls = [] } of pages(ask)) names.push(...QueueUrls.map(nameOf));
    return names;
  }
}
