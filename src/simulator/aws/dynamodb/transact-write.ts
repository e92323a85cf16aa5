import { type Ask, errorOf, type Json, Refused, refused, type Reply } from "./ask.ts";
import { itemSize } from "./item-size.ts";
import { checkSize, type Part, partsOf } from "./parts.ts";

const kinds = ["ConditionCheck", "Put", "Update", "Delete"] as const;
type Write = Part<(typeof kinds)[number]>;

/** What is wrong with a request whatever the items are, in dynalite's words: not a reason to cancel, but an error by itself. */
const wrongByItself = /^(Invalid |Expression|Value provided|Supplied|\d+ validation)/;

/**
 * Writes several items, or none of them; whoever calls it lets nothing else go on. Each part is written as an action of its own
 * and, if any of them is refused, those that were written are put back: no two are about the same item, so none sees another.
 */
export async function transactWrite(input: Json, ask: Ask): Promise<Reply> {
  const parts = await partsOf(input, kinds, ask);
  // as far as the request tells: what an update makes of its item counts for that item alone
  checkSize(parts.reduce((sum, { kind, given, key }) => sum + itemSize(kind === "Put" ? given["Item"] : key), 0));
  const undo: (() => Promise<unknown>)[] = [];
  const reasons: Json[] = [];
  try {
    for (const part of parts) reasons.push(await write(part, ask, undo));
    if (reasons.every(({ Code }) => Code === "None")) return { status: 200, body: {} };
  } catch (error) {
    await putBack(undo);
    throw error;
  }
  await putBack(undo);
  const codes = reasons.map(({ Code }) => String(Code)).join(", ");
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  throw refused("TransactionCanceledException", message, { CancellationReasons: reasons });
}

/** Writes one part; returns why it could not, or that it could. */
async function write(part: Write, ask: Ask, undo: (() => Promise<unknown>)[]): Promise<Json> {
  const { table: TableName, key: Key, given, kind } = part;
  const found = await ask("GetItem", { TableName, Key, ConsistentRead: true });
  if (found.status !== 200) return reasonOf(found);
  const before = found.body["Item"];
  const reply = await ask(...actionOf(part, before));
  if (reply.status !== 200) {
    const tell = given["ReturnValuesOnConditionCheckFailure"] === "ALL_OLD" && before !== undefined;
    return { ...reasonOf(reply), ...(tell && { Item: before }) };
  }
  if (kind !== "ConditionCheck")
    undo.push(() =>
      before === undefined ? ask("DeleteItem", { TableName, Key }) : ask("PutItem", { TableName, Item: before }),
    );
  return { Code: "None" };
}

/** A check alone changes nothing: it puts the item that is there, or deletes none. */
function actionOf({ kind, table: TableName, key: Key, given }: Write, before: unknown): [string, Json] {
  const { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues } = given;
  const condition = { TableName, ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues };
  switch (kind) {
    case "Put":
      return ["PutItem", { ...condition, Item: given["Item"] }];
    case "Update":
      return ["UpdateItem", { ...condition, Key, UpdateExpression: given["UpdateExpression"] }];
    case "Delete":
      return ["DeleteItem", { ...condition, Key }];
    case "ConditionCheck":
      return before === undefined ? ["DeleteItem", { ...condition, Key }] : ["PutItem", { ...condition, Item: before }];
  }
}

function reasonOf(reply: Reply): Json {
  const message = String(reply.body["message"]);
  switch (errorOf(reply)) {
    case "ConditionalCheckFailedException":
      return { Code: "ConditionalCheckFailed", Message: message };
    case "ValidationException":
      if (!wrongByItself.test(message)) return { Code: "ValidationError", Message: message };
  }
  throw new Refused(reply);
}

async function putBack(undo: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const each of undo) await each();
}
