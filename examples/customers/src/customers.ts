import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";

export interface Customer {
  readonly customer_id: string;
  readonly name: string;
  readonly orders: readonly { readonly order_id: string }[];
}

/** An event that was stored with the customer and is still to be published. */
export interface StoredEvent {
  readonly customer_id: string;
  readonly name: string;
  readonly traceparent?: string;
}

interface Item {
  readonly PK: string;
  readonly customer_id: string;
  readonly name: string;
  readonly orders?: Set<string>;
  /** Orders as a faulty consumer keeps them: with duplicates. */
  readonly order_list?: string[];
  readonly outbox?: StoredEvent;
}

/** The customers' table: one item a customer, `CUSTOMER#<id>`. */
export class Customers {
  readonly #db: DynamoDBDocument;
  readonly #table: string;

  constructor(db: DynamoDBDocument, table: string) {
    this.#db = db;
    this.#table = table;
  }

  /** Stores a new customer, and with it the event to publish when there is one. Rejects when the id exists. */
  async add(customer: { customer_id: string; name: string }, outbox?: StoredEvent): Promise<void> {
    await this.#db.put({
      TableName: this.#table,
      Item: { PK: key(customer.customer_id), ...customer, ...(outbox && { outbox }) },
      ConditionExpression: "attribute_not_exists(PK)",
    });
  }

  async get(customerId: string): Promise<Customer | undefined> {
    const { Item: found } = await this.#db.get({
      TableName: this.#table,
      Key: { PK: key(customerId) },
      ConsistentRead: true,
    });
    if (found === undefined) return undefined;
    const { customer_id, name, orders, order_list = [] } = found as Item;
    return { customer_id, name, orders: [...(orders ?? []), ...order_list].map((order_id) => ({ order_id })) };
  }

  /** Adds an order to the customer's set; false when there is no such customer. Adding it twice changes nothing. */
  async addOrder(customerId: string, orderId: string): Promise<boolean> {
    return await this.#update(customerId, "ADD orders :order", { ":order": new Set([orderId]) });
  }

  /** The faulty way: a list takes the same order twice. */
  async appendOrder(customerId: string, orderId: string): Promise<boolean> {
    return await this.#update(customerId, "SET order_list = list_append(if_not_exists(order_list, :none), :order)", {
      ":order": [orderId],
      ":none": [],
    });
  }

  /** Events that are stored and not known to be published. */
  async storedEvents(): Promise<StoredEvent[]> {
    const events: StoredEvent[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const page = await this.#db.scan({
        TableName: this.#table,
        FilterExpression: "attribute_exists(outbox)",
        ...(start && { ExclusiveStartKey: start }),
      });
      events.push(...((page.Items ?? []) as Item[]).flatMap(({ outbox }) => outbox ?? []));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return events;
  }

  /** The stored event was published. */
  async clearEvent(customerId: string): Promise<void> {
    await this.#db.update({ TableName: this.#table, Key: { PK: key(customerId) }, UpdateExpression: "REMOVE outbox" });
  }

  async #update(customerId: string, expression: string, values: Record<string, unknown>): Promise<boolean> {
    try {
      await this.#db.update({
        TableName: this.#table,
        Key: { PK: key(customerId) },
        UpdateExpression: expression,
        ConditionExpression: "attribute_exists(PK)",
        ExpressionAttributeValues: values,
      });
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}

function key(customerId: string): string {
  return `CUSTOMER#${customerId}`;
}
