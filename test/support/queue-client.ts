import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import type { AwsClientConfig } from "../../src/simulator/index.ts";

/** SQS and SNS by the SDK, with what tests of the simulator need again and again. Queues and topics by their names. */
export class QueueClient implements Disposable {
  readonly sqs: SQS;
  readonly sns: SNS;
  readonly #urls = new Map<string, string>();

  constructor(config: AwsClientConfig) {
    this.sqs = new SQS(config);
    this.sns = new SNS(config);
  }

  [Symbol.dispose](): void {
    this.sqs.destroy();
    this.sns.destroy();
  }

  async queue(name: string, attributes: Record<string, string> = {}): Promise<string> {
    const fifo = name.endsWith(".fifo") ? { FifoQueue: "true" } : {};
    const { QueueUrl = "" } = await this.sqs.createQueue({
      QueueName: name,
      Attributes: { ...fifo, ...attributes },
    });
    this.#urls.set(name, QueueUrl);
    return QueueUrl;
  }

  /** A topic that sends to queues, which are made too. Returns its ARN. */
  async topic(name: string, ...queues: string[]): Promise<string> {
    const { TopicArn = "" } = await this.sns.createTopic({
      Name: name,
      Attributes: name.endsWith(".fifo") ? { FifoTopic: "true" } : {},
    });
    for (const queue of queues) {
      await this.queue(queue);
      const Endpoint = `arn:aws:sqs:eu-west-1:000000000000:${queue}`;
      await this.sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint });
    }
    return TopicArn;
  }

  async send(queue: string, ...bodies: string[]): Promise<string[]> {
    const ids: string[] = [];
    for (const MessageBody of bodies) {
      const { MessageId = "" } = await this.sqs.sendMessage({ QueueUrl: this.url(queue), MessageBody });
      ids.push(MessageId);
    }
    return ids;
  }

  /** What can be received at once, one receive. */
  async receive(queue: string, max = 10) {
    const { Messages = [] } = await this.sqs.receiveMessage({
      QueueUrl: this.url(queue),
      MaxNumberOfMessages: max,
      MessageSystemAttributeNames: ["ApproximateReceiveCount"],
    });
    return Messages.map(({ MessageId: id = "", Body: body = "", ReceiptHandle: receipt = "", Attributes }) => ({
      id,
      body,
      receipt,
      receives: Number(Attributes?.ApproximateReceiveCount),
    }));
  }

  async bodies(queue: string): Promise<string[]> {
    return (await this.receive(queue)).map(({ body }) => body);
  }

  async delete(queue: string, receipt: string): Promise<void> {
    await this.sqs.deleteMessage({ QueueUrl: this.url(queue), ReceiptHandle: receipt });
  }

  url(queue: string): string {
    return this.#urls.get(queue) ?? "";
  }
}
