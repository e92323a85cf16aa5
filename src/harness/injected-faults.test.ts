/** Notes of a broker, and the faults that they tell of, as scopes see them. */
import { expect, test } from "vitest";
import { openHarness, watch } from "../../test/support/open-harness.ts";
import { redOf } from "../../test/support/red.ts";
import type { BrokerNote } from "../contracts/index.ts";

/** A harness whose broker tells what the test says. */
async function openTelling() {
  const told: ((note: BrokerNote) => void)[] = [];
  const opened = await openHarness({
    channels: (of) => {
      const orders = of.channel<{ id: string }>("orders");
      const notes = (listener: (note: BrokerNote) => void) => {
        told.push(listener);
        return { [Symbol.dispose]: () => undefined };
      };
      const transport = { ...orders.transport, accounting: { ...of.accounting, notes } };
      // two transports on one broker
      return { orders: { ...orders, transport }, others: { ...of.channel("others"), transport: { ...transport } } };
    },
  });
  const tell = (note: BrokerNote) => {
    for (const listener of told) listener(note);
  };
  return { ...opened, tell, told };
}

const name = "duplicate on queue orders";
const hit = (traceId?: string): BrokerNote => ({
  text: `fault: delivered twice (${name})`,
  about: { messageId: "message-1", ...(traceId !== undefined && { traceId }) },
  fault: { name, event: "hit", text: "delivered twice" },
});

test("a note of a message stands in the timeline of its scope, named by what was sent, and in no other", async () => {
  const { harness, tell } = await openTelling();
  const [mine, other] = [harness.scope("mine"), harness.scope("other")];
  const { id, sequence } = await mine.channels.orders.send({ id: "a" });
  tell({ text: "taken from queue work (receive 1)", about: { messageId: id, traceId: mine.traceId } });
  tell({ text: "deleted from queue work", about: { messageId: "0123456789", traceId: mine.traceId } });
  tell({ text: "expired on queue work", about: { messageId: "9876543210" } });
  expect(mine.timeline()).toContain(`taken from queue work (receive 1), of #${sequence}\n`);
  expect(mine.timeline()).toContain("deleted from queue work, message 01234567\n");
  expect(other.timeline()).not.toContain("taken from queue work");
  for (const scope of [mine, other])
    expect(scope.timeline()).toContain("expired on queue work, message 98765432 (bears no trace)");
});

test("a note is written down once, however many transports share the broker, and none of another harness", async () => {
  const { harness, tell, told } = await openTelling();
  expect(told).toHaveLength(1);
  const scope = harness.scope("test");
  tell({ text: "taken from queue work", about: { traceId: `77616b65${"0".repeat(24)}` } });
  expect(scope.timeline()).not.toContain("taken from queue work");
});

test("a note ends no wait, and unsettles nothing", async () => {
  const { harness, broker, clock, tell } = await openTelling();
  const scope = harness.scope("test");
  const next = watch(scope.channels.orders.next());
  let looks = 0;
  const probe = watch(
    scope.probeUntil(() => {
      if (++looks < 10) throw new Error("not yet");
    }),
  );
  await clock.advance(1);
  const before = looks;
  broker.setPending({ waiting: 1 });
  const settled = watch(scope.settled());
  await clock.advance(0);
  for (let count = 0; count < 5; count++) {
    broker.setPending({ waiting: 0 });
    tell(hit(scope.traceId));
    await clock.advance(0);
  }
  expect(settled).toMatchObject({ state: "fulfilled", value: { how: "proved" } });
  expect(next.state).toBe("pending");
  expect([looks, probe.state]).toEqual([before, "pending"]);
  broker.deliver({ id: "a" }, { traceparent: scope.headers["traceparent"] ?? "" });
  await clock.advance(1_000);
});

test("a failure names the faults that hit its scope, and where, in its text and its evidence", async () => {
  const { harness, clock, tell } = await openTelling();
  const [scope, other] = [harness.scope("test"), harness.scope("other")];
  tell({ text: `fault ${name}: in force from here`, fault: { name, event: "set", text: "in force from here" } });
  tell(hit(scope.traceId));
  tell(hit(scope.traceId));
  tell(hit(other.traceId));
  const red = redOf(scope.channels.orders.next({ id: "a" }, { within: 10 }));
  await clock.advance(1_000);
  const { message, facts } = await red;
  const sequences = [...message.matchAll(/#(\d+) fault: delivered twice/g)].map(([, sequence]) => `#${sequence}`);
  expect(sequences).toHaveLength(2);
  expect(message).toContain(`\n  faults    ${name}: hit ${sequences.join(", ")}\n`);
  expect(facts).toMatchObject({ evidence: { faults: [{ name, count: 2, hits: [{}, {}] }] } });
});

test("a failure names a fault that was made and hit nothing, and what was wrong with it", async () => {
  const { harness, clock, tell } = await openTelling();
  const scope = harness.scope("test");
  for (const [each, event] of [
    ["drop", "set"],
    ["delay", "set"],
    ["delay", "broken"],
  ] as const)
    tell({ text: `fault ${each}: …`, fault: { name: each, event, text: "its predicate threw" } });
  const red = redOf(scope.channels.orders.next({ id: "a" }, { within: 10 }));
  await clock.advance(1_000);
  const { message } = await red;
  expect(message).toContain("  faults    drop: hit nothing of this test\n");
  expect(message).toContain("            delay: its predicate threw\n");
});

test("a proof of absence and a settlement under a fault say so, also in their verdicts", async () => {
  const { harness, tell } = await openTelling();
  const scope = harness.scope("test");
  expect(await scope.channels.orders.none()).not.toHaveProperty("faults");
  tell(hit(scope.traceId));
  const faults = [`${name} (1 hit)`];
  expect(await scope.channels.orders.none()).toMatchObject({ how: "proved", faults });
  expect(await scope.settled()).toMatchObject({ how: "proved", faults });
  expect(scope.timeline().split(`under a fault: ${name} (1 hit)`)).toHaveLength(3);
});

test("where a timeline is too long, what happens to every message is left out first", async () => {
  const { harness, tell } = await openTelling();
  const scope = harness.scope("test");
  const about = { messageId: "message-1", traceId: scope.traceId };
  for (let count = 0; count < 100; count++) tell({ text: "taken from queue work", about, routine: true });
  tell({ text: "back on queue work after 30 s", about });
  for (let count = 0; count < 30; count++) tell({ text: "deleted from queue work", about, routine: true });
  expect(scope.timeline()).not.toContain("taken from queue work");
  expect(scope.timeline()).toContain("back on queue work after 30 s");
});
