import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "vitest";
import type { Endpoint } from "./endpoint.ts";

export interface Received {
  readonly type: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An HTTP endpoint on this machine, which keeps what it gets and answers as it is told. AWS itself cannot reach it. */
export class HttpReceiver implements AsyncDisposable {
  readonly received: Received[] = [];
  /** The status of the answer to what comes next, or "silent" for none. */
  answer: number | "silent" = 200;
  readonly #server: Server;
  #woken: (() => void) | undefined;

  private constructor() {
    this.#server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8");
      request.on("data", (chunk: string) => (body += chunk));
      request.on("end", () => {
        const type = String(request.headers["x-amz-sns-message-type"]);
        this.received.push({ type, headers: request.headers, body });
        if (this.answer !== "silent") response.writeHead(this.answer).end();
        this.#woken?.();
      });
    });
  }

  static async listen(): Promise<HttpReceiver> {
    const receiver = new HttpReceiver();
    await new Promise<void>((resolve) => {
      receiver.#server.listen(0, "127.0.0.1", resolve);
    });
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  /** The messages of one type, in the order in which they came, once there are so many. */
  async take(type: string, count = 1): Promise<readonly Received[]> {
    for (;;) {
      const found = this.ofType(type);
      if (found.length >= count) return found;
      await new Promise<void>((resolve) => {
        this.#woken = resolve;
      });
    }
  }

  ofType(type: string): readonly Received[] {
    return this.received.filter((each) => each.type === type);
  }

  /** Subscribes to a topic, which is pending until it is confirmed. */
  async invite(aws: Endpoint, TopicArn: string, Attributes: Record<string, string> = {}): Promise<void> {
    const subscribed = await aws.sns.subscribe({ TopicArn, Protocol: "http", Endpoint: this.url, Attributes });
    expect(subscribed.SubscriptionArn).toBe("pending confirmation");
  }

  /** Subscribes to a topic, and confirms it by the token; returns the subscription's ARN. */
  async subscribe(aws: Endpoint, TopicArn: string, Attributes: Record<string, string> = {}): Promise<string> {
    await this.invite(aws, TopicArn, Attributes);
    const [confirmation] = await this.take("SubscriptionConfirmation");
    const { Token } = JSON.parse(confirmation?.body ?? "{}") as { Token: string };
    return (await aws.sns.confirmSubscription({ TopicArn, Token })).SubscriptionArn ?? "";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
