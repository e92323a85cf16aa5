import { isObject } from "../is-object.ts";
import { type Ask, errorOf, type Json, refused } from "./ask.ts";

const mostParts = 100;
const mostBytes = 4 * 1024 * 1024;

/** One item that a transaction is about, and what it does with it. */
export interface Part<Kind extends string> {
  readonly kind: Kind;
  readonly given: Json;
  readonly table: string;
  readonly key: Json;
}

/** Reads and checks the parts of a transaction. Source: DynamoDB API Reference, "TransactWriteItems". */
export async function partsOf<Kind extends string>(
  { TransactItems: given }: Json,
  kinds: readonly Kind[],
  ask: Ask,
): Promise<readonly Part<Kind>[]> {
  if (!Array.isArray(given) || given.length < 1 || given.length > mostParts)
    throw refused(
      "ValidationException",
      `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length between 1 and ${mostParts}`,
    );
  const parts: Part<Kind>[] = [];
  for (const each of given) parts.push(await partOf(each, kinds, ask));
  const places = parts.map(({ table, key }) =>
    JSON.stringify([
      table,
      ...Object.keys(key)
        .toSorted()
        .map((name) => [name, key[name]]),
    ]),
  );
  if (new Set(places).size < places.length)
    throw refused("ValidationException", "Transaction request cannot include multiple operations on one item");
  return parts;
}

async function partOf<Kind extends string>(each: unknown, kinds: readonly Kind[], ask: Ask): Promise<Part<Kind>> {
  const [kind, second] = isObject(each) ? kinds.filter((name) => each[name] !== undefined) : [];
  const given = kind !== undefined && isObject(each) ? each[kind] : undefined;
  if (kind === undefined || second !== undefined || !isObject(given))
    throw refused("ValidationException", `TransactItems can only contain one of ${kinds.join(", ")}`);
  const table = String(given["TableName"] ?? "");
  const keys = await keysOf(table, ask);
  const holder = given[kind === "Put" ? "Item" : "Key"];
  const values = isObject(holder) ? holder : {};
  const key = kind === "Put" ? Object.fromEntries(keys.map((name) => [name, values[name]])) : values;
  return { kind, given, table, key };
}

/** Refuses a transaction whose items weigh too much, all told. */
export function checkSize(bytes: number): void {
  if (bytes > mostBytes)
    throw refused("ValidationException", `The items of the transaction have ${bytes} bytes, ${mostBytes} at most`);
}

/** The names of a table's key attributes. */
async function keysOf(TableName: string, ask: Ask): Promise<readonly string[]> {
  const reply = await ask("DescribeTable", { TableName });
  if (reply.status === 200) {
    const { KeySchema: schema } = reply.body["Table"] as { readonly KeySchema: readonly { AttributeName: string }[] };
    return schema.map(({ AttributeName }) => AttributeName);
  }
  const error = errorOf(reply);
  throw error === "ResourceNotFoundException"
    ? refused(error, "Requested resource not found")
    : refused(error, String(reply.body["message"]));
}
