import { setTimeout as sleep } from "node:timers/promises";
import type { SNS } from "@aws-sdk/client-sns";
import type { Config } from "./config.ts";
import type { Customers, StoredEvent } from "./customers.ts";
import { log } from "./log.ts";

/** Announces new customers. */
export class Publisher {
  readonly #sns: SNS;
  readonly #topicArn: string;
  readonly #config: Config;
  readonly #customers: Customers;
  #relaying: Promise<void> = Promise.resolve();

  constructor(options: { sns: SNS; topicArn: string; config: Config; customers: Customers }) {
    this.#sns = options.sns;
    this.#topicArn = options.topicArn;
    this.#config = options.config;
    this.#customers = options.customers;
  }

  /** Publishes the event of a customer that has just been stored. */
  async announce(event: StoredEvent): Promise<void> {
    const { faults } = this.#config;
    if (faults.has("publish-late")) void sleep(200).then(() => this.#publish(event));
    else await this.#publish(event);
    if (faults.has("publish-twice")) await this.#publish(event);
  }

  /** Publishes what is stored and not yet published: after a customer was added, and after a restart. */
  relay(): Promise<void> {
    this.#relaying = this.#relaying
      .then(() => this.#relay())
      .catch((error: unknown) => {
        log("relay failed", { error: String(error) });
      });
    return this.#relaying;
  }

  async #relay(): Promise<void> {
    for (const event of await this.#customers.storedEvents()) {
      log("stored event picked up", { ...event });
      await this.#publish(event);
      await this.#customers.clearEvent(event.customer_id);
    }
  }

  async #publish({ traceparent, customer_id, name }: StoredEvent): Promise<void> {
    await this.#sns.publish({
      TopicArn: this.#topicArn,
      Message: JSON.stringify({ customer_id, name }),
      ...(traceparent !== undefined && {
        MessageAttributes: { traceparent: { DataType: "String", StringValue: traceparent } },
      }),
    });
    log("customer announced", { customer_id, traceparent });
  }
}
