import { setTimeout as sleep } from "node:timers/promises";
import type { Message, SQS } from "@aws-sdk/client-sqs";
import { Consumer, SQSError } from "sqs-consumer";
import { z } from "zod";
import type { Config } from "./config.ts";
import type { Customers } from "./customers.ts";
import { log } from "./log.ts";

const OrderCreated = z.object({ order_id: z.string().min(1), customer_id: z.string().min(1) });
type Order = z.infer<typeof OrderCreated>;

/**
 * Reads the queue of orders. An order that fails stays, is redelivered after the visibility timeout, and ends on the
 * dead-letter queue: the next time may be better. A message that is no order never gets better, and goes there at once,
 * with the reason. Messages of a batch are handled each for itself.
 */
export class OrderConsumer {
  readonly #consumer: Consumer;
  readonly #sqs: SQS;
  readonly #deadLetterQueueUrl: string;
  readonly #customers: Customers;
  readonly #config: Config;
  #failuresLeft: number;
  /** Whether messages were received and are not all worked on and acknowledged yet. */
  #busy = false;

  constructor(options: {
    sqs: SQS;
    queueUrl: string;
    deadLetterQueueUrl: string;
    config: Config;
    customers: Customers;
  }) {
    this.#sqs = options.sqs;
    this.#deadLetterQueueUrl = options.deadLetterQueueUrl;
    this.#customers = options.customers;
    this.#config = options.config;
    this.#failuresLeft = options.config.failFirstOrders;
    this.#consumer = Consumer.create({
      sqs: options.sqs,
      queueUrl: options.queueUrl,
      batchSize: 10,
      waitTimeSeconds: 20,
      messageAttributeNames: ["All"],
      messageSystemAttributeNames: ["ApproximateReceiveCount"],
      handleMessage: (message) => this.#receive(message),
    });
    this.#consumer.on("error", (error) => {
      const stopped = error instanceof SQSError && error.code === "AbortError";
      if (!stopped) log("consumer error", { error: String(error) });
    });
    this.#consumer.on("processing_error", (error, message) => {
      log("order failed", { error: error.message, traceparent: traceparentOf(message) });
    });
    this.#consumer.on("message_received", () => {
      this.#busy = true;
    });
    this.#consumer.on("response_processed", () => {
      this.#busy = false;
    });
  }

  get running(): boolean {
    return this.#consumer.status.isRunning;
  }

  start(): void {
    this.#consumer.start();
  }

  /** Finishes and acknowledges the orders in hand. With none in hand, ends the poll at once. */
  async stop(): Promise<void> {
    const finished = this.#busy && new Promise((resolve) => this.#consumer.once("response_processed", resolve));
    // an abort would abort the acknowledgements too
    this.#consumer.stop({ abort: !this.#busy });
    await finished;
  }

  async #receive(message: Message): Promise<Message> {
    const { faults } = this.#config;
    const order = readOrder(message);
    if (typeof order === "string") {
      await this.#refuse(message, order);
      return message;
    }
    const work = this.#handle(message, order);
    if (faults.has("acknowledge-first")) work.catch(() => undefined);
    else await work;
    if (faults.has("lose-acknowledgement") && receivesOf(message) === 1) throw new Error("the acknowledgement is lost");
    return message;
  }

  /** To the dead letters, body and attributes as they came, with the reason. */
  async #refuse(message: Message, reason: string): Promise<void> {
    await this.#sqs.sendMessage({
      QueueUrl: this.#deadLetterQueueUrl,
      MessageBody: message.Body ?? "",
      MessageAttributes: { ...message.MessageAttributes, reason: { DataType: "String", StringValue: reason } },
    });
    log("order refused", { reason, traceparent: traceparentOf(message) });
  }

  async #handle(message: Message, order: Order): Promise<void> {
    const traceparent = traceparentOf(message);
    log("order received", { ...order, traceparent, receives: receivesOf(message) });
    if (this.#config.handlerDelay > 0) await sleep(this.#config.handlerDelay);
    if (this.#failuresLeft > 0) {
      this.#failuresLeft--;
      throw new Error("this order fails on purpose");
    }
    const { customer_id, order_id } = order;
    const added = this.#config.faults.has("not-idempotent")
      ? await this.#customers.appendOrder(customer_id, order_id)
      : await this.#customers.addOrder(customer_id, order_id);
    if (!added) throw new Error(`unknown customer ${customer_id}`);
    log("order registered", { ...order, traceparent });
  }
}

/** The order of a message, or why it is none. */
function readOrder(message: Message): Order | string {
  let body: unknown;
  try {
    body = JSON.parse(message.Body ?? "");
  } catch {
    return "no JSON";
  }
  const { data, error } = OrderCreated.safeParse(body);
  return data ?? error.issues.map(({ path, message: problem }) => `${path.join(".")}: ${problem}`).join("; ");
}

function receivesOf(message: Message): number {
  return Number(message.Attributes?.ApproximateReceiveCount);
}

function traceparentOf(message: Message): string | undefined {
  return message.MessageAttributes?.["traceparent"]?.StringValue;
}
