import { setTimeout as sleep } from "node:timers/promises";
import type { Message, SQS } from "@aws-sdk/client-sqs";
import { Consumer, SQSError } from "sqs-consumer";
import { z } from "zod";
import type { Config } from "./config.ts";
import type { Customers } from "./customers.ts";
import { log } from "./log.ts";

const OrderCreated = z.object({ order_id: z.string().min(1), customer_id: z.string().min(1) });

/**
 * Reads the queue of orders. A message that fails stays, is redelivered after the visibility timeout, and ends on the
 * dead-letter queue; so does one that cannot be read. Messages of a batch are handled each for itself.
 */
export class OrderConsumer {
  readonly #consumer: Consumer;
  readonly #customers: Customers;
  readonly #config: Config;
  #failuresLeft: number;
  /** Whether messages were received and are not all worked on and acknowledged yet. */
  #busy = false;

  constructor(options: { sqs: SQS; queueUrl: string; config: Config; customers: Customers }) {
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
    const work = this.#handle(message);
    if (this.#config.faults.has("acknowledge-first")) work.catch(() => undefined);
    else await work;
    return message;
  }

  async #handle(message: Message): Promise<void> {
    const traceparent = traceparentOf(message);
    const order = OrderCreated.parse(JSON.parse(message.Body ?? ""));
    log("order received", { ...order, traceparent, receives: message.Attributes?.ApproximateReceiveCount });
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

function traceparentOf(message: Message): string | undefined {
  return message.MessageAttributes?.["traceparent"]?.StringValue;
}
