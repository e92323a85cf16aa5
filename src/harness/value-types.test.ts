/** A match on a value of another type than events have: for callers whose types do not stop it. */
import { expect, test } from "vitest";
import { openHarness } from "../../test/support/open-harness.ts";
import type { ChannelDeclaration } from "../contracts/index.ts";

async function open() {
  const opened = await openHarness<{ orders: ChannelDeclaration<unknown> }>({
    channels: (broker) => ({ orders: broker.channel<unknown>("orders") }),
  });
  return { ...opened, scope: opened.harness.scope("test") };
}

test.for([
  [
    "a text for a number",
    { id: "a", amount: 12 },
    { id: "a", amount: "12" },
    'number 12 as amount, and the match the string "12"',
  ],
  [
    "a number for a text",
    { lines: [{ sku: "7" }] },
    { lines: [{ sku: 7 }] },
    'string "7" as lines[0].sku, and the match the number 7',
  ],
  ["a text for a boolean", { paid: true }, { paid: "true" }, 'boolean true as paid, and the match the string "true"'],
] as const)("none() of %s is no proof", async ([, event, match, told]) => {
  const { scope, broker } = await open();
  broker.deliver(event);
  await expect(scope.channels.orders.none(match)).rejects.toMatchObject({
    code: "UNKNOWN",
    message: expect.stringContaining(
      `an event that came on orders has the ${told}, so silence proves nothing`,
    ) as string,
    hint: expect.stringContaining("type") as string,
  });
});

test.for([
  ["another value", { amount: 12 }, { amount: "13" }],
  ["another value beside it", { id: "a", amount: 12 }, { id: "b", amount: "12" }],
  ["a number written otherwise", { amount: 12 }, { amount: "12.0" }],
  ["null", { amount: null }, { amount: "null" }],
] as const)("none() beside %s is one", async ([, event, match]) => {
  const { scope, broker } = await open();
  broker.deliver(event);
  await expect(scope.channels.orders.none(match)).resolves.toMatchObject({ how: "proved" });
});
