import { randomUUID } from "node:crypto";
import { DynamoDB, waitUntilTableExists } from "@aws-sdk/client-dynamodb";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { expect } from "vitest";

export interface EndpointOptions {
  readonly name: string;
  readonly url: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Moves the clock on, where there is one to move. */
  readonly advance?: (milliseconds: number) => Promise<unknown>;
}

export interface CreatedQueue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
}

/** Something that speaks SQS, SNS and DynamoDB, with what the cases need again and again. */
export class Endpoint implements Disposable {
  readonly name: string;
  readonly url: string;
  readonly region: string;
  readonly sqs: SQS;
  readonly sns: SNS;
  readonly dynamodb: DynamoDB;
  readonly #advance: ((milliseconds: number) => Promise<unknown>) | undefined;

  constructor({ name, url, region = "eu-west-1", credentials, advance }: EndpointOptions) {
    this.name = name;
    this.url = url;
    this.region = region;
    const config = {
      endpoint: url,
      region,
      maxAttempts: 1,
      credentials: credentials ?? { accessKeyId: "test", secretAccessKey: "test" },
    };
    this.sqs = new SQS(config);
    this.sns = new SNS(config);
    this.dynamodb = new DynamoDB(config);
    this.#advance = advance;
  }

  [Symbol.dispose](): void {
    this.sqs.destroy();
    this.sns.destroy();
    this.dynamodb.destroy();
  }

  /** A name that nobody used before. */
  fresh(what: string): string {
    return `${what}-${randomUUID().slice(0, 13)}`;
  }

  async queue(attributes: Record<string, string> = {}, name = this.fresh("queue")): Promise<CreatedQueue> {
    const { QueueUrl: url = "" } = await this.sqs.createQueue({ QueueName: name, Attributes: attributes });
    const { Attributes = {} } = await this.sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: ["QueueArn"] });
    return { name, url, arn: Attributes["QueueArn"] ?? "" };
  }

  async fifoQueue(attributes: Record<string, string> = {}): Promise<CreatedQueue> {
    return await this.queue({ FifoQueue: "true", ...attributes }, `${this.fresh("queue")}.fifo`);
  }

  /** A topic; returns its ARN. */
  async topic(attributes: Record<string, string> = {}, name = this.fresh("topic")): Promise<string> {
    return (await this.sns.createTopic({ Name: name, Attributes: attributes })).TopicArn ?? "";
  }

  /** Lets a topic send to a queue, and no other topic. */
  async allow(topicArn: string, queue: CreatedQueue): Promise<void> {
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "sns.amazonaws.com" },
          Action: "sqs:SendMessage",
          Resource: queue.arn,
          Condition: { ArnEquals: { "aws:SourceArn": topicArn } },
        },
      ],
    });
    await this.sqs.setQueueAttributes({ QueueUrl: queue.url, Attributes: { Policy } });
  }

  /** Subscribes a queue, which may be sent to from that topic; returns the subscription's ARN. */
  async subscribe(topicArn: string, queue: CreatedQueue, attributes: Record<string, string> = {}): Promise<string> {
    await this.allow(topicArn, queue);
    const { SubscriptionArn = "" } = await this.sns.subscribe({
      TopicArn: topicArn,
      Protocol: "sqs",
      Endpoint: queue.arn,
      Attributes: attributes,
      ReturnSubscriptionArn: true,
    });
    return SubscriptionArn;
  }

  /** A topic with one queue that gets what is published as it is. */
  async rawPair(attributes: Record<string, string> = {}): Promise<{ topic: string; queue: CreatedQueue; arn: string }> {
    const topic = await this.topic();
    const queue = await this.queue();
    const arn = await this.subscribe(topic, queue, { RawMessageDelivery: "true", ...attributes });
    return { topic, queue, arn };
  }

  /** A table whose key is the text `id`, active; returns its name. */
  async table(): Promise<string> {
    const TableName = this.fresh("table");
    await this.dynamodb.createTable({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    });
    await waitUntilTableExists({ client: this.dynamodb, maxWaitTime: 60, minDelay: 0.01 }, { TableName });
    return TableName;
  }

  async send(queue: CreatedQueue, body: string, more: object = {}): Promise<string> {
    return (await this.sqs.sendMessage({ QueueUrl: queue.url, MessageBody: body, ...more })).MessageId ?? "";
  }

  /** What can be received at once, at most ten messages, with all attributes. */
  async receive(queue: CreatedQueue, more: object = {}) {
    const { Messages = [] } = await this.sqs.receiveMessage({
      QueueUrl: queue.url,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["All"],
      ...more,
    });
    return Messages;
  }

  async bodies(queue: CreatedQueue, more: object = {}): Promise<string[]> {
    return (await this.receive(queue, more)).map(({ Body = "" }) => Body);
  }

  /** Lets time pass: by moving the clock where that can be done; elsewhere, as on AWS, there is nothing but to wait. */
  async pass(milliseconds: number): Promise<void> {
    if (this.#advance !== undefined) await this.#advance(milliseconds);
    else await new Promise((resolve) => setTimeout(resolve, milliseconds + 100));
  }

  /** A request as it goes over the wire, for what no SDK would send. The body is text; the answer too. */
  async raw(
    body: string,
    headers: Readonly<Record<string, string>>,
    path = "/",
    method: "POST" | "PUT" = "POST",
  ): Promise<{ status: number; body: string }> {
    const authorization = `AWS4-HMAC-SHA256 Credential=test/20261121/${this.region}/sqs/aws4_request, SignedHeaders=host, Signature=0`;
    const answer = await fetch(new URL(path, this.url), {
      method,
      body,
      headers: { authorization, ...headers },
    });
    return { status: answer.status, body: await answer.text() };
  }

  /** Calls an SQS action in the JSON protocol. */
  async json(action: string, input: unknown): Promise<{ status: number; body: string }> {
    const body = typeof input === "string" ? input : JSON.stringify(input);
    return await this.raw(body, {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `AmazonSQS.${action}`,
    });
  }

  /** Calls an action of either service in the query protocol. */
  async query(parameters: Readonly<Record<string, string>>, path = "/") {
    const form = new URLSearchParams(parameters).toString();
    return await this.raw(form, { "content-type": "application/x-www-form-urlencoded" }, path);
  }
}

/** Expects an AWS error by its name, as the SDK shows it. */
export async function refused(call: Promise<unknown>, name: string, message?: RegExp): Promise<void> {
  await expect(call).rejects.toMatchObject({
    name,
    ...(message !== undefined && { message: expect.stringMatching(message) as string }),
  });
}
