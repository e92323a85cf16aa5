import type { AttributeValue, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { expect } from "vitest";
import type { ConformanceGroup, Source } from "../conformance-case.ts";
import { type Endpoint, refused } from "../endpoint.ts";

const writes = (quote: string): Source => ({ quote, page: "API_TransactWriteItems" });
const reads = (quote: string): Source => ({ quote, page: "API_TransactGetItems" });
const sizes = "The aggregate size of the items in the transaction cannot exceed 4 MB";
const kibibyte = 1_024;

const item = (id: string, text = "") => ({ id: { S: id }, text: { S: text } });
const key = (id: string) => ({ id: { S: id } });
const put = (TableName: string, id: string, text?: string): TransactWriteItem => ({
  Put: { TableName, Item: item(id, text) },
});
const check = (TableName: string, id: string, ConditionExpression: string): TransactWriteItem => ({
  ConditionCheck: {
    TableName,
    Key: key(id),
    ConditionExpression,
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  },
});
const write = (aws: Endpoint, ...TransactItems: TransactWriteItem[]) =>
  aws.dynamodb.transactWriteItems({ TransactItems });
const read = (aws: Endpoint, TableName: string, ...ids: string[]) =>
  aws.dynamodb.transactGetItems({ TransactItems: ids.map((id) => ({ Get: { TableName, Key: key(id) } })) });

/** All that a table holds: the text of each item by its id. */
async function all(aws: Endpoint, TableName: string): Promise<Record<string, string | undefined>> {
  const { Items = [] } = await aws.dynamodb.scan({ TableName, ConsistentRead: true });
  return Object.fromEntries(Items.map(({ id, text }) => [id?.S ?? "", text?.S]));
}

/** Items of 390 KiB each, and one of what is left, so that they weigh so many bytes all told. */
function weighing(bytes: number): Record<string, AttributeValue>[] {
  const items: Record<string, AttributeValue>[] = [];
  for (let left = bytes; left > 0;) {
    const id = `item ${String(items.length).padStart(2, "0")}`;
    const size = Math.min(left, 390 * kibibyte);
    const names = Buffer.byteLength(`id${id}text`);
    items.push(item(id, "x".repeat(size - names)));
    left -= size;
  }
  return items;
}

export const dynamoDbTransactions: ConformanceGroup = {
  subject: "DynamoDB: transactions",
  cases: [
    {
      title: "a transaction puts, updates, deletes and checks",
      source: writes("The actions are completed atomically so that either all of them succeed, or all of them fail"),
      async run(aws) {
        const TableName = await aws.table();
        await write(aws, put(TableName, "updated"), put(TableName, "deleted"), put(TableName, "checked"));
        await write(
          aws,
          put(TableName, "put", "new"),
          {
            Update: {
              TableName,
              Key: key("updated"),
              UpdateExpression: "SET #t = :t",
              ExpressionAttributeNames: { "#t": "text" },
              ExpressionAttributeValues: { ":t": { S: "other" } },
            },
          },
          { Delete: { TableName, Key: key("deleted") } },
          check(TableName, "checked", "attribute_exists(id)"),
        );
        expect(await all(aws, TableName)).toEqual({ put: "new", updated: "other", checked: "" });
      },
    },
    {
      title: "a condition that fails cancels the whole transaction, which names a reason for each action",
      source: writes("A condition in one of the condition expressions is not met"),
      async run(aws) {
        const TableName = await aws.table();
        await write(aws, put(TableName, "there", "old"));
        await expect(
          write(aws, put(TableName, "there", "new"), check(TableName, "absent", "attribute_exists(id)")),
        ).rejects.toMatchObject({
          name: "TransactionCanceledException",
          CancellationReasons: [{ Code: "None" }, { Code: "ConditionalCheckFailed" }],
        });
        expect(await all(aws, TableName)).toEqual({ there: "old" });
      },
    },
    {
      title: "the item that a condition fails on is returned when it is asked for",
      source: {
        quote:
          "Use ReturnValuesOnConditionCheckFailure to get the item attributes if the ConditionCheck condition fails",
        page: "API_ConditionCheck",
      },
      async run(aws) {
        const TableName = await aws.table();
        await write(aws, put(TableName, "there", "old"));
        await expect(write(aws, check(TableName, "there", "attribute_not_exists(id)"))).rejects.toMatchObject({
          CancellationReasons: [{ Code: "ConditionalCheckFailed", Item: item("there", "old") }],
        });
      },
    },
    {
      title: "two actions of a transaction on one item are refused",
      source: writes("no two actions can target the same item"),
      async run(aws) {
        const TableName = await aws.table();
        await refused(
          write(aws, put(TableName, "a"), check(TableName, "a", "attribute_exists(id)")),
          "ValidationException",
        );
        expect(await all(aws, TableName)).toEqual({});
      },
    },
    {
      title: "a transaction has 100 actions at most",
      source: writes("groups up to 100 action requests"),
      async run(aws) {
        const TableName = await aws.table();
        const puts = Array.from({ length: 101 }, (_, index) => put(TableName, String(index)));
        await refused(write(aws, ...puts), "ValidationException");
        await write(aws, ...puts.slice(1));
        expect(Object.keys(await all(aws, TableName))).toHaveLength(100);
      },
    },
    {
      title: "the items that a transaction puts have 4 MB at most, all told",
      source: writes(sizes),
      async run(aws) {
        const TableName = await aws.table();
        const puts = (bytes: number) => weighing(bytes).map((Item) => ({ Put: { TableName, Item } }));
        await refused(write(aws, ...puts(4 * kibibyte * kibibyte + 1)), "ValidationException");
        expect((await aws.dynamodb.scan({ TableName, Select: "COUNT" })).Count).toBe(0);
        await write(aws, ...puts(4 * kibibyte * kibibyte));
      },
    },
    {
      title: "an item of more than 400 KB cancels the whole transaction",
      source: writes("An item size becomes too large (bigger than 400 KB)"),
      async run(aws) {
        const TableName = await aws.table();
        const large = "x".repeat(400 * kibibyte);
        await expect(write(aws, put(TableName, "small"), put(TableName, "large", large))).rejects.toMatchObject({
          $metadata: { httpStatusCode: 400 },
        });
        expect(await all(aws, TableName)).toEqual({});
      },
    },
    {
      title: "a transaction with a client token is carried out once, and another one with it is refused",
      source: writes("makes the call to TransactWriteItems idempotent"),
      async run(aws) {
        const TableName = await aws.table();
        const ClientRequestToken = aws.fresh("token");
        const request = { TransactItems: [put(TableName, "a", "once")], ClientRequestToken };
        await aws.dynamodb.transactWriteItems(request);
        await aws.dynamodb.deleteItem({ TableName, Key: key("a") });
        await aws.dynamodb.transactWriteItems(request);
        expect(await all(aws, TableName)).toEqual({});
        const other = { TransactItems: [put(TableName, "b")], ClientRequestToken };
        await refused(aws.dynamodb.transactWriteItems(other), "IdempotentParameterMismatchException");
      },
    },
    {
      title: "a client token is forgotten after 10 minutes",
      source: writes(
        "A client request token is valid for 10 minutes after the first request that uses it is completed",
      ),
      passes: 600_000,
      async run(aws) {
        const TableName = await aws.table();
        const request = { TransactItems: [put(TableName, "a")], ClientRequestToken: aws.fresh("token") };
        await aws.dynamodb.transactWriteItems(request);
        await aws.dynamodb.deleteItem({ TableName, Key: key("a") });
        await aws.pass(600_000);
        await aws.dynamodb.transactWriteItems(request);
        expect(await all(aws, TableName)).toEqual({ a: "" });
      },
    },
    {
      title: "a transaction reads items in the order of the request",
      source: reads("each of which corresponds to the TransactGetItem object in the same position"),
      async run(aws) {
        const TableName = await aws.table();
        await write(aws, put(TableName, "a", "1"), put(TableName, "b", "2"));
        const { Responses = [] } = await read(aws, TableName, "b", "absent", "a");
        expect(Responses.map(({ Item }) => Item)).toEqual([item("b", "2"), undefined, item("a", "1")]);
      },
    },
    {
      title: "the items that a transaction reads have 4 MB at most, all told",
      source: reads(sizes),
      async run(aws) {
        const TableName = await aws.table();
        const items = weighing(4 * kibibyte * kibibyte);
        for (const Item of items) await aws.dynamodb.putItem({ TableName, Item });
        const ids = items.map(({ id }) => id?.S ?? "");
        expect((await read(aws, TableName, ...ids)).Responses).toHaveLength(items.length);
        await aws.dynamodb.putItem({ TableName, Item: item("more") });
        await refused(read(aws, TableName, ...ids, "more"), "ValidationException");
      },
    },
  ],
};
