/** What dynalite has not, by an unmodified SDK. */
import { DynamoDB, type TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AwsSimulator, startAwsSimulator } from "../../index.ts";

let simulator: AwsSimulator;
let db: DynamoDB;
let tables = 0;
let TableName: string;

beforeAll(async () => {
  simulator = await startAwsSimulator();
  db = new DynamoDB({ ...simulator.config, maxAttempts: 1 });
});
afterAll(async () => {
  db.destroy();
  await simulator.close();
});
beforeEach(async () => {
  TableName = `table-${++tables}`;
  await db.createTable({
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  });
});

const item = (id: string, count = 0) => ({ id: { S: id }, count: { N: String(count) } });
const put = (id: string, count = 0): TransactWriteItem => ({ Put: { TableName, Item: item(id, count) } });
const putNew = (id: string): TransactWriteItem => ({
  Put: { TableName, Item: item(id), ConditionExpression: "attribute_not_exists(id)" },
});
const add = (id: string): TransactWriteItem => ({
  Update: {
    TableName,
    Key: { id: { S: id } },
    UpdateExpression: "ADD #c :one",
    ExpressionAttributeNames: { "#c": "count" },
    ExpressionAttributeValues: { ":one": { N: "1" } },
  },
});
const remove = (id: string): TransactWriteItem => ({ Delete: { TableName, Key: { id: { S: id } } } });
const check = (id: string, ConditionExpression: string): TransactWriteItem => ({
  ConditionCheck: {
    TableName,
    Key: { id: { S: id } },
    ConditionExpression,
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  },
});
const write = (...TransactItems: TransactWriteItem[]) => db.transactWriteItems({ TransactItems });

async function all(): Promise<Record<string, number>> {
  const { Items = [] } = await db.scan({ TableName });
  return Object.fromEntries(Items.map(({ id, count }) => [id?.S ?? "", Number(count?.N)]));
}

test("a table is there as soon as it is created, and gone as soon as it is deleted", async () => {
  for (let time = 0; time < 100; time++) {
    const table = { TableName: `${TableName}-again` };
    await db.createTable({
      ...table,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    });
    expect((await db.scan(table)).Items).toEqual([]);
    await db.deleteTable(table);
  }
});

describe("a transaction that writes", () => {
  test("puts, updates, deletes and checks, all at once", async () => {
    await write(put("updated", 1), put("deleted"), put("checked", 5));
    await write(
      put("put", 7),
      add("updated"),
      remove("deleted"),
      check("checked", "attribute_exists(id)"),
      check("absent", "attribute_not_exists(id)"),
    );
    expect(await all()).toEqual({ put: 7, updated: 2, checked: 5 });
  });

  test("writes nothing when a condition fails, and tells of each item why", async () => {
    await write(put("updated", 1), put("deleted", 2), put("taken", 3), put("replaced", 4));
    const refused = write(
      add("updated"),
      remove("deleted"),
      putNew("taken"),
      put("new"),
      put("replaced", 9),
      add("made"),
    );
    await expect(refused).rejects.toMatchObject({
      name: "TransactionCanceledException",
      message: expect.stringContaining("[None, None, ConditionalCheckFailed, None, None, None]") as string,
      CancellationReasons: [
        { Code: "None" },
        { Code: "None" },
        { Code: "ConditionalCheckFailed", Message: "The conditional request failed" },
        { Code: "None" },
        { Code: "None" },
        { Code: "None" },
      ],
    });
    expect(await all()).toEqual({ updated: 1, deleted: 2, taken: 3, replaced: 4 });
  });

  test("returns the item that stood against a condition when that is asked for", async () => {
    await write(put("there", 3));
    await expect(write(check("there", "attribute_not_exists(id)"))).rejects.toMatchObject({
      CancellationReasons: [{ Code: "ConditionalCheckFailed", Item: item("there", 3) }],
    });
  });

  test("is cancelled by what does not fit an item, and refused for what fits none", async () => {
    await write(put("text"));
    await db.putItem({ TableName, Item: { id: { S: "text" }, count: { S: "x" } } });
    await expect(write(put("other"), add("text"))).rejects.toMatchObject({
      CancellationReasons: [{ Code: "None" }, { Code: "ValidationError" }],
    });
    await expect(write(put("other"), check("text", "no condition"))).rejects.toMatchObject({
      name: "ValidationException",
    });
    expect(Object.keys(await all())).toEqual(["text"]);
  });

  test.for<[string, () => TransactWriteItem[], string]>([
    ["without items", () => [], "ValidationException"],
    ["of more than 100 items", () => Array.from({ length: 101 }, (_, n) => put(String(n))), "ValidationException"],
    ["with two actions in one", () => [{ ...put("a"), ...remove("b") }], "ValidationException"],
    ["with an action of none", () => [{}], "ValidationException"],
    ["with two actions on one item", () => [put("a"), add("a")], "ValidationException"],
    [
      "on a table that is not there",
      () => [put("a"), { Put: { TableName: "nowhere", Item: item("a") } }],
      "ResourceNotFoundException",
    ],
  ])("%s is refused", async ([, items, name]) => {
    await expect(write(...items())).rejects.toMatchObject({ name });
    expect(await all()).toEqual({});
  });

  test("is carried out once with one client token, for ten minutes", async () => {
    const request = { TransactItems: [add("counted")], ClientRequestToken: "token" };
    await db.transactWriteItems(request);
    await db.transactWriteItems(request);
    expect(await all()).toEqual({ counted: 1 });
    await expect(db.transactWriteItems({ ...request, TransactItems: [add("other")] })).rejects.toMatchObject({
      name: "IdempotentParameterMismatchException",
    });
    await simulator.advance("10m");
    await db.transactWriteItems(request);
    expect(await all()).toEqual({ counted: 2 });
  });

  test("whose condition failed can be tried again with its client token", async () => {
    const request = {
      TransactItems: [put("other"), check("awaited", "attribute_exists(id)")],
      ClientRequestToken: "again",
    };
    await expect(db.transactWriteItems(request)).rejects.toMatchObject({ name: "TransactionCanceledException" });
    await write(put("awaited"));
    await db.transactWriteItems(request);
    expect(Object.keys(await all()).toSorted()).toEqual(["awaited", "other"]);
  });

  test("never shows a part of itself, and loses no update", async () => {
    await write(put("a"), put("b"));
    const reads: Promise<number[]>[] = [];
    const writes = ["attribute_exists(id)", "attribute_not_exists(id)"].flatMap((condition) =>
      Array.from({ length: 10 }, async () => {
        reads.push(both());
        await write(add("a"), add("b"), check("absent", condition)).catch(() => undefined);
      }),
    );
    await Promise.all(writes);
    const pairs = await Promise.all(reads);
    expect(pairs).toHaveLength(20);
    // what is no number is not equal to itself
    expect(pairs.filter(([a, b]) => a !== b)).toEqual([]);
    expect(await all()).toEqual({ a: 10, b: 10 });
  });

  async function both(): Promise<number[]> {
    const { Responses = [] } = await db.transactGetItems({
      TransactItems: ["a", "b"].map((id) => ({ Get: { TableName, Key: { id: { S: id } } } })),
    });
    return Responses.map(({ Item }) => Number(Item?.["count"]?.N));
  }
});

describe("a transaction that reads", () => {
  test("returns the items in the order of the request, nothing for what is not there", async () => {
    await write(put("a", 1), put("b", 2));
    const get = (id: string, more: object = {}) => ({ Get: { TableName, Key: { id: { S: id } }, ...more } });
    const { Responses } = await db.transactGetItems({
      TransactItems: [get("b"), get("none"), get("a", { ProjectionExpression: "id" })],
    });
    expect(Responses).toEqual([{ Item: item("b", 2) }, {}, { Item: { id: { S: "a" } } }]);
  });

  test("of one item twice is refused", async () => {
    const Get = { TableName, Key: { id: { S: "a" } } };
    await expect(db.transactGetItems({ TransactItems: [{ Get }, { Get }] })).rejects.toMatchObject({
      name: "ValidationException",
    });
  });
});

test("an action that the simulator has not says so", async () => {
  await expect(db.executeStatement({ Statement: "SELECT * FROM x" })).rejects.toMatchObject({
    name: "UnknownOperationException",
    message: "This simulator has no DynamoDB_20120810.ExecuteStatement.",
  });
});

test("a table that exists already is named", async () => {
  await expect(
    db.createTable({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    }),
  ).rejects.toMatchObject({ name: "ResourceInUseException", message: `Table already exists: ${TableName}` });
});
