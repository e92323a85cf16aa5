import { Load } from "./load.ts";
import { RawConnection, sqs } from "./raw-connection.ts";
import type { Server } from "./servers.ts";
import { sendBatchRate } from "./throughput.ts";

/** A queue with many messages in it. */
export class LongQueue implements Disposable {
  readonly #connection: RawConnection;
  readonly #url: string;

  private constructor(connection: RawConnection, url: string) {
    this.#connection = connection;
    this.#url = url;
  }

  static async of(server: Server, length: number): Promise<LongQueue> {
    const QueueUrl = await server.createQueue("long");
    using load = await Load.open(server.url, 16);
    await sendBatchRate(load, QueueUrl, length);
    return new LongQueue(await RawConnection.open(server.url), QueueUrl);
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }

  /** Receives ten messages, which stay in flight; how long that took, ms. */
  async receive(): Promise<number> {
    const request = sqs("ReceiveMessage", { QueueUrl: this.#url, MaxNumberOfMessages: 10, VisibilityTimeout: 43_200 });
    const began = performance.now();
    const answer = await this.#connection.ask(request);
    const took = performance.now() - began;
    const { Messages = [] } = JSON.parse(answer) as { Messages?: readonly unknown[] };
    if (Messages.length !== 10) throw new Error(`${Messages.length} messages came instead of 10`);
    return took;
  }
}
