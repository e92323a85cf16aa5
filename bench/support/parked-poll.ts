import { RawConnection, sns, sqs } from "./raw-connection.ts";

interface Received {
  readonly Messages?: readonly { readonly ReceiptHandle: string }[];
}

/** A queue behind a topic, with a poll parked on it. */
export class ParkedPoll implements Disposable {
  readonly #poller: RawConnection;
  readonly #publisher: RawConnection;
  readonly #queueUrl: string;
  readonly #topicArn: string;

  private constructor(poller: RawConnection, publisher: RawConnection, queueUrl: string, topicArn: string) {
    this.#poller = poller;
    this.#publisher = publisher;
    this.#queueUrl = queueUrl;
    this.#topicArn = topicArn;
  }

  static async on(url: URL): Promise<ParkedPoll> {
    const [poller, publisher] = [await RawConnection.open(url), await RawConnection.open(url)];
    const { QueueUrl } = JSON.parse(await poller.ask(sqs("CreateQueue", { QueueName: "parked" }))) as {
      QueueUrl: string;
    };
    const asked = await poller.ask(sqs("GetQueueAttributes", { QueueUrl, AttributeNames: ["QueueArn"] }));
    const { Attributes } = JSON.parse(asked) as { Attributes: { QueueArn: string } };
    const created = await publisher.ask(sns({ Action: "CreateTopic", Name: "parked" }));
    const TopicArn = /<TopicArn>([^<]*)</.exec(created)?.[1] ?? "";
    const Statement = [{ Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: Attributes.QueueArn }];
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await poller.ask(sqs("SetQueueAttributes", { QueueUrl, Attributes: { Policy } }));
    await publisher.ask(sns({ Action: "Subscribe", TopicArn, Protocol: "sqs", Endpoint: Attributes.QueueArn }));
    return new ParkedPoll(poller, publisher, QueueUrl, TopicArn);
  }

  [Symbol.dispose](): void {
    this.#poller[Symbol.dispose]();
    this.#publisher[Symbol.dispose]();
  }

  /** From a publish to the answer of a poll that was parked before it, ms. */
  async measure(): Promise<number> {
    const QueueUrl = this.#queueUrl;
    const poll = this.#poller.ask(sqs("ReceiveMessage", { QueueUrl, WaitTimeSeconds: 20 }));
    await new Promise((resolve) => setTimeout(resolve, 3)); // until the poll is there: the peer does not say so
    const publish = sns({ Action: "Publish", TopicArn: this.#topicArn, Message: "x" });
    const began = performance.now();
    const published = this.#publisher.ask(publish);
    const { Messages = [] } = JSON.parse(await poll) as Received;
    const took = performance.now() - began;
    await published;
    await this.#poller.ask(sqs("DeleteMessage", { QueueUrl, ReceiptHandle: Messages[0]?.ReceiptHandle }));
    return took;
  }
}
