/** Notes of a broker, and the faults that they tell of, as scopes see them. */
import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { openHarness, watch } from "../../test/support/open-harness.ts";
import { errorOf, redOf } from "../../test/support/red.ts";
import type { Accounting, BrokerNote, InjectedFaultFailure, OpenedScope } from "../contracts/index.ts";
import { Journal } from "../journal/index.ts";
import type { ScopeCore } from "./scope-core.ts";
import { takeNote } from "./take-note.ts";

/** A harness whose broker tells what the test says, also whenever it is asked what is pending. */
async function openTelling(asked: () => void = () => undefined) {
  const told: ((note: BrokerNote) => void)[] = [];
  const opened = await openHarness({
    channels: (of) => {
      const orders = of.channel<{ id: string }>("orders");
      const notes = (listener: (note: BrokerNote) => void) => {
        told.push(listener);
        return { [Symbol.dispose]: () => undefined };
      };
      const mark: Accounting["mark"] = async (options, signal) => {
        const made = await of.accounting.mark(options, signal);
        return {
          ...made,
          pending: (ended) => {
            asked();
            return made.pending(ended);
          },
        };
      };
      const transport = { ...orders.transport, accounting: { ...of.accounting, notes, mark } };
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

test("a note is not kept when it is of another harness, nor when no scope could own its message", () => {
  const journal = new Journal({ clock: new ManualClock() });
  const openScopes = new Set<ScopeCore>();
  const core = { journal, openScopes, tracePrefix: "77616b65aa" };
  const about = (traceId: string): BrokerNote => ({ text: "taken from queue work", about: { traceId } });
  takeNote(core, about(`77616b65aa${"0".repeat(22)}`));
  expect(journal.last).toBe(0);
  // only asked for what tells of faults
  openScopes.add({} as ScopeCore);
  takeNote(core, about(`77616b65bb${"0".repeat(22)}`));
  expect(journal.last).toBe(0);
  takeNote(core, about(`77616b65aa${"0".repeat(22)}`));
  expect(journal.last).toBe(1);
});

test("a note ends no wait, and wakes no probe", async () => {
  const { harness, clock, tell } = await openTelling();
  const scope = harness.scope("test");
  const next = watch(scope.channels.orders.next(() => true, { within: 60_000 }));
  const looks: number[] = [];
  const probe = watch(
    scope.probeUntil(
      () => {
        looks.push(clock.now());
        throw new Error("not yet");
      },
      { within: 60_000 },
    ),
  );
  // the looks are far apart by now; the next one is not due soon after one
  await clock.advance(10_000);
  const { length } = looks;
  while (looks.length === length) await clock.advance(1);
  const before = looks.length;
  tell(hit(scope.traceId));
  await clock.advance(20);
  expect([looks.length, next.state, probe.state]).toEqual([before, "pending", "pending"]);
  await scope.close({ failed: true });
});

test("a note unsettles nothing, not even one that comes with each look at the facts", async () => {
  const { harness, clock, tell } = await openTelling(() => {
    tell(hit(scope.traceId));
  });
  const scope = harness.scope("test");
  const settled = watch(scope.settled());
  await clock.advance(100);
  expect(settled).toMatchObject({ state: "fulfilled", value: { how: "proved", rounds: 2 } });
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

test("two faults of the same name are two, each with its own hits and problem", async () => {
  const { harness, clock, tell } = await openTelling();
  const scope = harness.scope("test");
  for (const [id, event] of [
    ["1", "set"],
    ["2", "set"],
    ["1", "hit"],
    ["2", "broken"],
  ] as const)
    tell({ text: `fault ${name}: …`, fault: { name, id, event, text: "its predicate threw" } });
  const red = redOf(scope.channels.orders.next({ id: "a" }, { within: 10 }));
  await clock.advance(1_000);
  const faults = [
    { name, count: 1, hits: [{}] },
    { name, count: 0, hits: [], problem: "its predicate threw" },
  ];
  expect((await red).facts).toMatchObject({ evidence: { faults } });
  await scope.close({ failed: true });
});

test("a fault of which the broker tells that it proves nothing fails its scope, also while the scope is being closed", async () => {
  const told: OpenedScope[] = [];
  const failureOf = (name: string): InjectedFaultFailure => ({
    ...{ name, why: "it missed", text: "it waited for number 2, but 1 passed" },
    ...{ passed: 1, awaited: "number 2", origin: "    at the line that made it" },
  });
  const { harness } = await openHarness({
    channels: (of) => {
      const orders = of.channel("orders");
      const scopeOpened = (_: string, scope?: OpenedScope) => {
        if (scope !== undefined) told.push(scope);
        return { [Symbol.dispose]: () => scope?.faultFailed(failureOf("delay")) };
      };
      return {
        orders: { ...orders, transport: { ...orders.transport, accounting: { ...of.accounting, scopeOpened } } },
      };
    },
  });
  const scope = harness.scope("test");
  expect(told.map(({ traceId }) => traceId)).toEqual([scope.traceId]);
  told[0]?.faultFailed(failureOf("drop"));
  const error = (await errorOf(scope.close())) as AggregateError;
  expect(error.errors).toMatchObject([
    {
      code: "FAULT_MISSED",
      stack: expect.stringMatching(/^VerdictError: .*\n[^]*\n {4}at the line that made it$/) as unknown,
    },
    { code: "FAULT_MISSED", message: expect.stringContaining("faults    drop: missed: it waited for") as unknown },
  ]);
  expect(scope.timeline()).toContain("FAULT_MISSED");
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
