/** A match on a value of another type than events have: for callers whose types do not stop it. */
import { describe, expect, test } from "vitest";
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

describe("a date", () => {
  const at = new Date("2030-01-01T00:00:00Z");

  test.for([
    ["is a text to JSON", { at: "2030-01-01T00:00:00.000Z" }, { at }, "the string"],
    ["may be written otherwise", { at: "2030-01-01T01:00:00+01:00" }, { at }, "the string"],
    ["may travel as milliseconds", { at: at.getTime() }, { at }, "the number"],
    ["was made of a text by the schema", { at }, { at: "2030-01-01T00:00:00Z" }, "the date 2030-01-01T00:00:00.000Z"],
  ] as const)("%s: none() of the other type is no proof", async ([, event, match, told]) => {
    const { scope, broker } = await open();
    broker.deliver(event);
    await expect(scope.channels.orders.none(match)).rejects.toMatchObject({
      code: "UNKNOWN",
      message: expect.stringContaining(`has ${told}`) as string,
    });
  });

  test.for([
    ["another date", { at: "2031-01-01T00:00:00.000Z" }, { at }],
    ["a text that is no date", { at: "tomorrow" }, { at }],
    ["what is no date at all", { at: new Date(Number.NaN) }, { at: "tomorrow" }],
  ] as const)("beside %s proves silence", async ([, event, match]) => {
    const { scope, broker } = await open();
    broker.deliver(event);
    await expect(scope.channels.orders.none(match)).resolves.toMatchObject({ how: "proved" });
  });
});

test.for([
  ["a field", { value: 12 }, { value: "x" }, { value: "12" }],
  ["a list's elements", { lines: [{ sku: 7 }] }, { lines: [{ sku: "a" }, { sku: 8 }] }, { lines: [{ sku: "7" }] }],
] as const)("where %s has had both types, none() of one of them is a proof", async ([, event, other, match]) => {
  const { scope, broker } = await open();
  for (const each of [event, other]) broker.deliver(each);
  await expect(scope.channels.orders.none(match)).resolves.toMatchObject({ how: "proved" });
});

test("where one of two values is of a type that its field has never had, none() is no proof", async () => {
  const { scope, broker } = await open();
  for (const event of [
    { version: 1, amount: 12 },
    { version: "2", amount: 13 },
  ])
    broker.deliver(event);
  await expect(scope.channels.orders.none({ version: "1", amount: "12" })).rejects.toMatchObject({ code: "UNKNOWN" });
});

test("a field that cannot be read is no value", async () => {
  const { scope, broker } = await open();
  const broken = Object.defineProperty({ amount: 12 }, "id", {
    enumerable: true,
    get() {
      throw new Error("not now");
    },
  });
  broker.deliver(broken);
  await expect(scope.channels.orders.none({ amount: "13", id: "a" })).resolves.toMatchObject({ how: "proved" });
});

test("events are looked at once for a field, however often none() asks", async () => {
  const { scope, broker, harness } = await open();
  let reads = 0;
  for (let number = 0; number < 3; number++) {
    broker.deliver({
      get amount() {
        reads++;
        return number;
      },
    });
  }
  await scope.close();
  const { orders } = harness.scope("later").channels;
  await orders.none({ amount: 7 });
  const once = reads;
  for (const amount of [8, 9]) await orders.none({ amount });
  expect(reads).toBe(once);
});
