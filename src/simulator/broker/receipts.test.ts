import { expect, test } from "vitest";
import { newId } from "./new-id.ts";
import { Receipts } from "./receipts.ts";

const receipts = new Receipts("arn:aws:sqs:eu-west-1:000000000000:orders");
const others = new Receipts("arn:aws:sqs:eu-west-1:000000000000:orders-2");

test("a receipt handle tells its message, to its own queue only, and each receive has another one", () => {
  const ids = Array.from({ length: 1_000 }, newId);
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids) {
    expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(receipts.messageId(receipts.of(id, 1))).toBe(id);
    expect(receipts.messageId(receipts.of(id, 12))).toBe(id);
    expect(receipts.of(id, 1)).not.toBe(receipts.of(id, 2));
    expect(others.messageId(receipts.of(id, 1))).toBeUndefined();
  }
});

test.for(["", "invented", newId()])("%j is no receipt handle of the queue's", (text) => {
  expect(receipts.messageId(text)).toBeUndefined();
});
