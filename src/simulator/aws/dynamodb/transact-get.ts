import { type Ask, type Json, Refused, type Reply } from "./ask.ts";
import { itemSize } from "./item-size.ts";
import { checkSize, partsOf } from "./parts.ts";

/** Reads several items as they are at one moment; whoever calls it lets nothing else go on. */
export async function transactGet(input: Json, ask: Ask): Promise<Reply> {
  const parts = await partsOf(input, ["Get"], ask);
  const Responses: Json[] = [];
  let size = 0;
  for (const { given, table: TableName, key: Key } of parts) {
    const read = async (what: Json) => {
      const reply = await ask("GetItem", { ...what, ConsistentRead: true });
      if (reply.status !== 200) throw new Refused(reply);
      return reply.body;
    };
    const response = await read(given);
    Responses.push(response);
    // an item weighs what it is, not what is asked of it
    const whole = given["ProjectionExpression"] === undefined ? response : await read({ TableName, Key });
    size += itemSize(whole["Item"]);
    checkSize(size);
  }
  return { status: 200, body: { Responses } };
}
