/** A match on a field that no event has: for callers whose types do not stop it. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openHarness, watch } from "../../test/support/open-harness.ts";
import type { ChannelDeclaration, StandardSchema } from "../contracts/index.ts";

type Untyped = ChannelDeclaration<unknown>;

/** Has the field "a" only, and refuses to say so when it is asked with an option. */
function schemaThat({ refuses }: { readonly refuses: string }): StandardSchema {
  const output = (options: object) => {
    if (refuses in options) throw new TypeError(`unknown option ${refuses}`);
    return { type: "object", properties: { a: {} }, additionalProperties: false };
  };
  const validate = (value: unknown) => ({ value });
  return { "~standard": { version: 1, vendor: "test", validate, jsonSchema: { output } } };
}

async function open(schema?: StandardSchema) {
  const opened = await openHarness<{ orders: Untyped }>({
    channels: (broker) => ({ orders: broker.channel<unknown>("orders", schema === undefined ? {} : { schema }) }),
  });
  return { ...opened, scope: opened.harness.scope("test") };
}

describe("without a schema, none() of a field that no event has", () => {
  test("is red where an event came that only lacks it, and says which field may be meant", async () => {
    const { scope, broker } = await open();
    broker.deliver({ order_id: "a", amount: 1 });
    const red = scope.channels.orders.none({ ordr_id: "a" });
    await expect(red).rejects.toMatchObject({
      code: "UNKNOWN",
      message: expect.stringMatching(
        /^Unknown: the event that came on orders has no field "ordr_id", so silence proves nothing: did you mean order_id\?\n/,
      ) as string,
      hint: expect.stringMatching(/^Is the field's name right\?/) as string,
    });
  });

  test("is red where several came, and none of them has it", async () => {
    const { scope, broker } = await open();
    for (const order_id of ["a", "b"]) broker.deliver({ order_id });
    await expect(scope.channels.orders.none({ orderid: "c" })).rejects.toMatchObject({
      message: expect.stringContaining(
        'none of the 2 events that came on orders has a field "orderid", so silence proves nothing: did you mean order_id?\n',
      ) as string,
    });
  });

  test("is red where the event was another test's", async () => {
    const { scope, broker, harness } = await open();
    broker.deliver({ order_id: "a" });
    await scope.close();
    const later = harness.scope("later");
    await expect(later.channels.orders.none({ ordr_id: "b" })).rejects.toMatchObject({ code: "UNKNOWN" });
  });

  test.for<[event: object, match: Record<string, object>]>([
    [{ id: "a" }, { refund: { id: "r" } }],
    [{ order: { code: "a" } }, { error: { code: "x" } }],
  ])(
    "is green where all of a part is missing, though it holds a name that events have elsewhere: %j",
    async ([event, match]) => {
      const { scope, broker } = await open();
      broker.deliver(event);
      await expect(scope.channels.orders.none(match)).resolves.toMatchObject({ how: "proved" });
    },
  );

  test("names the part whose name is wrong, not what it holds", async () => {
    const { scope, broker } = await open();
    broker.deliver({ customer: { name: "John" } });
    await expect(scope.channels.orders.none({ custmer: { name: "Jane" } })).rejects.toMatchObject({
      message: expect.stringContaining(
        'has no field "custmer", so silence proves nothing: did you mean customer?',
      ) as string,
    });
  });

  test("is red below the top, and beside fields that agree", async () => {
    const { scope, broker } = await open();
    broker.deliver({ kind: "placed", customer: { name: "John" } });
    const { orders } = scope.channels;
    await expect(orders.none({ customer: { nam: "Jane" } })).rejects.toMatchObject({
      message: expect.stringContaining('"customer.nam"') as string,
    });
    await expect(orders.none({ kind: "placed", custmer: "x" })).rejects.toMatchObject({ code: "UNKNOWN" });
  });

  test.for([
    ["a part of it", { order_id: "a" }, { id: "a" }],
    ["a part of it in capitals", { orderId: "a" }, { id: "a" }],
    ["one with more parts", { id: "a" }, { order_id: "a" }],
    ["one without an underscore", { order_id: "a" }, { orderid: "b" }],
    ["one in another style", { order_id: "a" }, { orderId: "b" }],
    ["the plural", { reasons: [] }, { reason: "stock" }],
    [
      "one of many that only hold its letters",
      { paid: 1, void: 1, video: 1, side: 1, idle: 1, order_id: "a" },
      { id: "a" },
    ],
  ] as const)("is red where the field that came is %s", async ([, payload, match]) => {
    const { scope, broker } = await open();
    broker.deliver(payload);
    await expect(scope.channels.orders.none(match)).rejects.toMatchObject({ code: "UNKNOWN" });
  });

  test("is red when it was watched, too", async () => {
    const { scope, broker, clock } = await open();
    broker.setPending({ exact: false });
    broker.deliver({ order_id: "a" });
    const ended = watch(scope.channels.orders.none({ ordr_id: "a" }));
    await clock.advance(2_500);
    expect(ended.error).toMatchObject({ code: "UNKNOWN" });
  });

  test.for([
    ["nothing came that could tell", [], { ordr_id: "a" }],
    ["what came is of another kind", [{ kind: "placed", reasons: [] }], { kind: "refused", reason: "stock" }],
    ["no name is similar: some events may have it", [{ order_id: "a" }], { rejected: true }],
    ["an earlier event had it", [{ reason: "stock" }, { reasons: [] }], { reason: "price" }],
    ["each field was there once", [{ reason: "stock" }, { note: "n", reasons: [] }], { reason: "price", note: "n" }],
    ["the field is there, with another value", [{ order_id: "a" }], { order_id: "b" }],
    ["an event is no object", ["placed"], { order_id: "b" }],
    ["a name is found within the field's by chance", [{ id: "a" }], { paid: true }],
    ["a short name is", [{ x: 1, y: 2 }], { expired: true }],
  ] as const)("is green where %s", async ([, events, match]) => {
    const { scope, broker } = await open();
    for (const event of events) broker.deliver(event);
    await expect(scope.channels.orders.none(match)).resolves.toMatchObject({ how: "proved" });
  });
});

describe("by the schema, a field that no payload can have", () => {
  const Order = z.object({
    order_id: z.string(),
    note: z.string().optional(),
    customer: z.object({ name: z.string() }).nullable(),
  });

  type Orders = Awaited<ReturnType<typeof open>>["scope"]["channels"]["orders"];
  const match = { ordr_id: "a" };

  test.for([
    ["next", (orders: Orders): unknown => orders.next(match)],
    ["none", (orders: Orders): unknown => orders.none(match)],
    ["seen", (orders: Orders): unknown => orders.seen(match)],
    ["exactly", (orders: Orders): unknown => orders.exactly(1, match)],
  ] as const)("is refused by %s() at once", async ([, wait]) => {
    const { scope } = await open(Order);
    const act = async () => await wait(scope.channels.orders);
    await expect(act()).rejects.toMatchObject({
      code: "INVALID_MATCH",
      facts: { path: "ordr_id", similar: ["order_id"], known: ["order_id", "note", "customer"] },
      message: expect.stringMatching(
        /^The match for orders would prove nothing: by its schema no payload has such a field at "ordr_id"\nDid you mean order_id\? The schema has: order_id, note, customer\. /,
      ) as string,
    });
  });

  test.for([
    ["below the top", Order, { customer: { nmae: "John" } }, "customer.nmae"],
    [
      "beside fields that JSON Schema has no form for",
      z.object({ order_id: z.string(), at: z.coerce.date(), total: z.bigint() }),
      { ordr_id: "a" },
      "ordr_id",
    ],
    ["by a library that takes no options of another one", schemaThat({ refuses: "libraryOptions" }), { b: 1 }, "b"],
    [
      "in a list",
      z.object({ lines: z.array(z.object({ sku: z.string() })) }),
      { lines: [{ skew: "x" }] },
      "lines[0].skew",
    ],
    [
      "in a list of known length",
      z.object({ pair: z.tuple([z.object({ a: z.string() })], z.object({ b: z.string() })) }),
      { pair: [{ a: "x" }, { c: "x" }] },
      "pair[1].c",
    ],
    [
      "in each member of a union",
      z.discriminatedUnion("type", [
        z.object({ type: z.literal("a"), one: z.string() }),
        z.object({ type: z.literal("b"), other: z.string() }),
      ]),
      { third: "x" },
      "third",
    ],
  ] as const)("is found %s", async ([, schema, match, path]) => {
    const { scope } = await open(schema);
    await expect(scope.channels.orders.none(match)).rejects.toMatchObject({ code: "INVALID_MATCH", facts: { path } });
  });

  test.for([
    ["an optional field", Order, { note: "x" }],
    ["a field below one that may be null", Order, { customer: { name: "John" } }],
    ["a schema that lets other fields through", z.looseObject({ order_id: z.string() }), { ordr_id: "a" }],
    ["a schema that JSON has no form for", schemaThat({ refuses: "target" }), { b: 1 }],
    ["a field whose form is not told", z.object({ at: z.date() }), { at: { any: "x" } }],
    ["a field of a list's element", z.object({ lines: z.array(Order) }), { lines: [{ note: "x" }] }],
    ["a list of anything", z.object({ lines: z.array(z.unknown()) }), { lines: [{ any: "x" }] }],
    [
      "a list or something else",
      z.object({ lines: z.union([z.array(Order), z.unknown()]) }),
      { lines: [{ any: "x" }] },
    ],
    ["a list where there is none", z.object({ lines: z.string() }), { lines: [{ any: "x" }] }],
    ["a record", z.record(z.string(), z.string()), { ordr_id: "a" }],
    ["a member of a union", z.union([z.object({ one: z.string() }), z.string()]), { one: "a" }],
  ] as const)("is not taken for one: %s", async ([, schema, match]) => {
    const { scope } = await open(schema);
    await expect(scope.channels.orders.none(match)).resolves.toMatchObject({ how: "proved" });
  });

  test("an optional field that no event has had is known", async () => {
    const { scope, broker } = await open(z.object({ note: z.string().optional(), notes: z.array(z.string()) }));
    broker.deliver({ notes: [] });
    await scope.channels.orders.next();
    await expect(scope.channels.orders.none({ note: "x" })).resolves.toMatchObject({ how: "proved" });
  });

  test("a field that it says nothing of is looked for in the events", async () => {
    const schema = z.object({
      note: z.string().optional(),
      notes: z.array(z.string()),
      customer: z.looseObject({ name: z.string() }),
    });
    const { scope, broker } = await open(schema);
    broker.deliver({ notes: [], customer: { name: "John" } });
    await scope.channels.orders.next();
    await expect(scope.channels.orders.none({ customer: { nam: "Jane" } })).rejects.toMatchObject({ code: "UNKNOWN" });
    await expect(scope.channels.orders.none({ note: "x", customer: { name: "John" } })).resolves.toBeDefined();
  });
});
