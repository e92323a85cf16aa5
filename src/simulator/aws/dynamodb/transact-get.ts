import { type Ask, type Json, Refused, type Reply } from "./ask.ts";
import { partsOf } from "./parts.ts";

/** Reads several items as they are at one moment; whoever calls it lets nothing else go on. */
export async function transactGet(input: Json, ask: Ask): Promise<Reply> {
  const parts = await partsOf(input, ["Get"], ask);
  const Responses: Json[] = [];
  for (const { given } of parts) {
    const reply = await ask("GetItem", { ...given, ConsistentRead: true });
    if (reply.status !== 200) throw new Refused(reply);
    Responses.push(reply.body);
  }
  return { status: 200, body: { Responses } };
}
