/** What came and is what was awaited is never said to have come instead of it, nor to be close to it. */
import { describe, expect, test } from "vitest";
import { openHarness, watch } from "../../test/support/open-harness.ts";
import { redOf } from "../../test/support/red.ts";

const a = { id: "a" };

async function open() {
  const opened = await openHarness();
  opened.broker.echo = false;
  const scope = opened.harness.scope("test");
  const traceparent = scope.headers["traceparent"] as string;
  const { orders } = scope.channels;
  return { ...opened, scope, orders, mine: (body: object) => opened.broker.deliver(body, { traceparent }) };
}

type Orders = Awaited<ReturnType<typeof open>>["orders"];

/** The rows that show events, without their offsets. */
function shown(error: Error | undefined): string[] {
  const rows = (error?.message ?? "").split("\n");
  const from = rows.findIndex((row) => /^ {2}(closest|came late|this came|matching|came instead|also came) /.test(row));
  const to = rows.findIndex((row) => row.startsWith("  timeline"));
  return from === -1 ? [] : rows.slice(from, to).map((row) => row.replace(/#\d+ \+[\d.]+ m?s orders /, "").trim());
}

describe("an event that an earlier wait took", () => {
  test("is what next() awaits once more, and the first line and the hint say who has it", async () => {
    const { orders, clock, mine } = await open();
    mine(a);
    await orders.next(a);
    const again = watch(orders.next(a));
    await clock.advance(1_001);
    expect(again.error?.message).toMatch(
      /^SLA violated: this event on orders did not come again: an earlier wait took the one that came\n/,
    );
    expect(again.error).toMatchObject({ hint: expect.stringContaining("ask seen()") as string });
    expect(shown(again.error)).toEqual(['matching  {"id":"a"} (taken by an earlier wait)']);
  });

  test("of several, whichever was awaited", async () => {
    const { orders, clock, mine } = await open();
    mine(a);
    mine(a);
    await orders.exactly(2);
    const another = watch(orders.next());
    await clock.advance(1_001);
    expect(another.error?.message).toMatch(
      /: another event on orders did not come: earlier waits took the 2 that came\n/,
    );
  });

  test("does not hide that another one came, which is wrong content", async () => {
    const { orders, clock, mine } = await open();
    mine(a);
    await orders.next(a);
    mine({ id: "b" });
    const again = watch(orders.next(a));
    await clock.advance(1_001);
    expect(again.error).toMatchObject({ code: "WRONG_CONTENT" });
    expect(shown(again.error)).toEqual([
      'closest   {"id":"b"}',
      "id",
      'expected  "a"',
      'received  "b"',
      'matching  {"id":"a"} (taken by an earlier wait)',
    ]);
  });

  test("came before a silence, and not instead of it", async () => {
    const { orders, broker, clock, mine } = await open();
    mine(a);
    mine({ id: "b" });
    await orders.next(a);
    await orders.next({ id: "b" });
    broker.setPending({ inFlight: 1 });
    const silence = watch(orders.none(a));
    await clock.advance(1_001);
    expect(silence.error).toMatchObject({ code: "UNKNOWN" });
    expect(shown(silence.error)).toEqual([
      'matching  {"id":"a"} (taken by an earlier wait)',
      'also came {"id":"b"} (taken by an earlier wait)',
    ]);
  });
});

describe("events that exactly() counts", () => {
  test("one that came too late is told as the how-manieth it is; those in time match", async () => {
    const { orders, scope, broker, clock, mine } = await open();
    await scope.channels.orders.send({ id: "cause" });
    const traceparent = broker.sentWith[0] as string;
    broker.deliver(a, { traceparent });
    await clock.advance(1_200);
    broker.deliver(a, { traceparent });
    await clock.advance(100);
    broker.deliver(a, { traceparent });
    mine({ id: "b" });
    const red = await redOf(orders.exactly(3, a));
    expect(red.message).toMatch(/^SLA violated: the 2nd of 3 came 1.2 s after the send that caused it/);
    expect(shown(red)).toEqual([
      'came late {"id":"a"} (the 2nd), 200 ms after the deadline',
      '{"id":"a"} (the 3rd), 300 ms after the deadline',
      'matching  {"id":"a"} (the 1st)',
      'also came {"id":"b"}',
    ]);
  });

  test("too few: those that came", async () => {
    const { orders, clock, mine } = await open();
    mine(a);
    mine(a);
    mine({ id: "b" });
    const wait = watch(orders.exactly(3, a));
    await clock.advance(1_001);
    expect(shown(wait.error)).toEqual([
      'this came {"id":"a"} (the 1st)',
      '{"id":"a"} (the 2nd)',
      'also came {"id":"b"}',
    ]);
  });

  test("too many: which is the one too many", async () => {
    const { orders, mine } = await open();
    mine(a);
    mine(a);
    expect(shown(await redOf(orders.exactly(1, a)))).toEqual([
      'this came {"id":"a"} (the 1st)',
      '{"id":"a"} (the 2nd)',
    ]);
  });

  test("cut short by the runner's time-out: what came counts", async () => {
    const { harness, broker, clock } = await open();
    const scope = harness.scope("cut short", { deadline: { at: 500, name: "the test's time-out" } });
    broker.deliver(a);
    const wait = watch(scope.channels.orders.exactly(2, a));
    await clock.advance(501);
    expect(wait.error).toMatchObject({ code: "NOT_JUDGED" });
    expect(shown(wait.error)).toEqual(['matching  {"id":"a"} (bears no trace)']);
  });

  test("cut short by a system's end: what came counts", async () => {
    const { orders, system, clock, mine } = await open();
    mine(a);
    const wait = watch(orders.exactly(2, a));
    system.die();
    await clock.settle();
    expect(wait.error).toMatchObject({ code: "SYSTEM_EXITED" });
    expect(shown(wait.error)).toEqual(['matching  {"id":"a"}']);
  });

  test.for([
    ["a match", a],
    ["a predicate", ({ payload }: { payload: { id: string } }) => payload.id === "a"],
  ] as const)("all there, but that no more come is not known: %s", async ([, where], { expect: check }) => {
    const { orders, broker, clock, mine } = await open();
    mine(a);
    mine({ id: "b" });
    broker.setPending({ inFlight: 1 });
    const wait = watch(orders.exactly(1, where as typeof a));
    await clock.advance(1_001);
    check(wait.error).toMatchObject({ code: "UNKNOWN" });
    check(shown(wait.error)).toEqual(['matching  {"id":"a"}', 'also came {"id":"b"}']);
  });
});

test("an event of which nobody can say whose it is, is what was awaited all the same", async () => {
  const { harness, orders, broker } = await open();
  harness.scope("other");
  broker.deliver(a);
  for (const wait of [orders.next(), orders.exactly(1)]) {
    const red = await redOf(wait);
    expect(red).toMatchObject({ code: "AMBIGUOUS" });
    expect(shown(red)).toEqual(['matching  {"id":"a"} (bears no trace)']);
  }
});

test("next(): of two that are both too late, neither came instead of the other", async () => {
  const { orders, broker, clock } = await open();
  await orders.send({ id: "cause" });
  const traceparent = broker.sentWith[0] as string;
  await clock.advance(1_200);
  broker.deliver(a, { traceparent });
  broker.deliver(a, { traceparent });
  expect(shown(await redOf(orders.next(a)))).toEqual([
    'came late {"id":"a"}, 200 ms after the deadline',
    'matching  {"id":"a"}',
  ]);
});

test("what came beside one that was late did not come instead of it", async () => {
  const { orders, broker, clock, mine } = await open();
  broker.setPending({ inFlight: 1 });
  const wait = watch(orders.next(a));
  mine({ id: "b" });
  await clock.advance(1_200);
  mine(a);
  await clock.settle();
  expect(shown(wait.error)).toEqual(['came late {"id":"a"}, 200 ms after the deadline', 'also came {"id":"b"}']);
});

test.for([
  ["next()", (orders, where) => orders.next(where)],
  ["exactly()", (orders, where) => orders.exactly(1, where)],
  ["none()", (orders, where) => orders.none(where)],
] as readonly (readonly [string, (orders: Orders, where: () => boolean) => Promise<unknown>])[])(
  "what the predicate of a %s threw on is shown, and did not come instead of anything",
  async ([, wait], { expect: check }) => {
    const { orders, mine } = await open();
    mine(a);
    const throwing = () => {
      throw new TypeError("no such field");
    };
    const red = await redOf(wait(orders, throwing));
    check(red).toMatchObject({ code: "PROBE_WRONG" });
    check(shown(red)).toEqual(['this came {"id":"a"}']);
  },
);

test("cut off by the runner: nothing is close to a silence, and what is counted has its number", async () => {
  const { scope, orders, broker, clock, mine } = await open();
  mine(a);
  mine(a);
  broker.setPending({ inFlight: 1 });
  const waits = [watch(orders.none({ id: "b" })), watch(orders.exactly(3, a))];
  await clock.advance(100);
  const [silence, count] = scope.cutOff("the test's time-out of 100 ms");
  await clock.settle();
  expect(waits.map(({ error }) => error)).toEqual([silence, count]);
  expect(shown(silence)).toEqual(['also came {"id":"a"}', '{"id":"a"}']);
  expect(shown(count)).toEqual(['matching  {"id":"a"} (the 1st)', '{"id":"a"} (the 2nd)']);
});
