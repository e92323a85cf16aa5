import { setTimeout as sleep } from "node:timers/promises";
import type { Message, SQS } from "@aws-sdk/client-sqs";
import { Consumer } from "sqs-consumer";
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
  readonly #inHand = new Set<Promise<void>>();
  #running = false;

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
      log("consumer error", { error: String(error) });
    });
    this.#consumer.on("processing_error", (error) => {
      log("order failed", { error: error.message });
    });
    this.#consumer.on("started", () => {
      this.#running = true;
    });
    this.#consumer.on("stopped", () => {
      this.#running = false;
    });
  }

  get running(): boolean {
    return this.#running && this.#consumer.status.isRunning;
  }

  start(): void {
    this.#consumer.start();
  }

  /** Stops polling at once, and waits for the work in hand. */
  async stop(): Promise<void> {
    this.#consumer.stop({ abort: true });
    await Promise.allSettled(this.#inHand);
  }

  async #receive(message: Message): Promise<Message> {
    const work = this.#handle(message);
    this.#inHand.add(work);
    const done = () => this.#inHand.delete(work);
    work.then(done, done);
    if (this.#config.faults.has("acknowledge-first")) work.catch(() => undefined);
    else await work;
    return message;
  }

  async #handle(message: Message): Promise<void> {
    const traceparent = message.MessageAttributes?.["traceparent"]?.StringValue;
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
