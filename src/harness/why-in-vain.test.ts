import { describe, expect, test } from "vitest";
import { openHarness, watch } from "../../test/support/open-harness.ts";

type Scope = Awaited<ReturnType<typeof open>>["scope"];

/** As the error bears it, and as its text ends. */
function hintOf(error: (Error & { readonly hint?: string }) | undefined): string {
  const hint = error?.hint ?? "";
  expect(error?.message.endsWith(`hint      ${hint}`)).toBe(true);
  return hint;
}

async function open() {
  const opened = await openHarness();
  return { ...opened, scope: opened.harness.scope("test") };
}

describe.for([
  [
    "next()",
    (scope: Scope, signal?: AbortSignal): Promise<unknown> =>
      scope.channels.orders.next({ id: "a" }, { ...(signal && { signal }) }),
  ],
  [
    "exactly()",
    (scope: Scope, signal?: AbortSignal): Promise<unknown> =>
      scope.channels.orders.exactly(1, { id: "a" }, { ...(signal && { signal }) }),
  ],
] as const)("why the event of a %s did not come", ([, wait]) => {
  test("where work is still waiting, the failure says which", async () => {
    const { scope, broker, clock } = await open();
    const ended = watch(wait(scope));
    broker.setPending({
      inFlight: 1,
      where: ["1 in flight on orders, invisible for 27.9 s more: advance the simulator?"],
    });
    await clock.advance(2_500);
    expect(ended.error?.message).toContain("busy      1 in flight on orders, invisible for 27.9 s more: advance");
    expect(hintOf(ended.error)).toMatch(/^What is still waiting may bring /);
  });

  test("where what is in flight was taken and may be forgotten, the hint asks whether it is acknowledged", async () => {
    const { scope, broker, clock } = await open();
    const ended = watch(wait(scope));
    broker.setPending({ inFlight: 1, unacknowledged: 1 });
    await clock.advance(2_500);
    expect(hintOf(ended.error)).toMatch(
      /or does it not acknowledge what it took, or what it skips\? .* expireVisibility/,
    );
  });

  test("where all work is done, the failure says that nothing more comes of it", async () => {
    const { scope, clock } = await open();
    const ended = watch(wait(scope));
    await clock.advance(2_500);
    expect(ended.error?.message).toContain("known     all work is done (heard, worked off, finished, delivered)");
    expect(hintOf(ended.error)).toMatch(/^To wait longer would bring no/);
  });

  test("where what is known is no more than a part, the failure does not say so", async () => {
    const { scope, broker, clock } = await open();
    const ended = watch(wait(scope));
    broker.setPending({ exact: false, reason: "its counts are estimates" });
    await clock.advance(2_500);
    expect(ended.error?.message).toContain("unknown   worked off: its counts are estimates");
    expect(ended.error?.message).not.toContain("all work is done");
    expect(hintOf(ended.error)).not.toMatch(/would bring|may bring/);
  });

  test("a broker that does not answer holds the failure up for 200 ms, no longer", async () => {
    const { scope, broker, clock } = await open();
    const ended = watch(wait(scope));
    broker.silent = true;
    // the SLA, and the time to listen on for what comes late
    await clock.advance(2_000);
    expect(ended.error).toBeUndefined();
    await clock.advance(210);
    expect(ended.error).toMatchObject({ code: "SLA_VIOLATED" });
    expect(ended.error?.message).not.toContain("known ");
  });

  test("one that came late is shown, with how late", async () => {
    const { scope, broker, clock } = await open();
    const ended = watch(wait(scope));
    broker.setPending({ inFlight: 1 });
    await clock.advance(1_200);
    broker.deliver({ id: "a" });
    await clock.advance(1_010);
    expect(ended.error).toMatchObject({ code: "SLA_VIOLATED" });
    expect(ended.error?.message).toMatch(/came 200 ms late\n[^]*came late #\d+ \+1\.2 s orders [^\n]*, 200 ms after/);
    expect(hintOf(ended.error)).toBe("The system is slower than promised. The timeline shows where the time went.");
  });

  test("one of this test with another content is wrong content, and no timeout", async () => {
    const { scope, broker, clock } = await open();
    const ended = watch(wait(scope));
    broker.deliver({ id: "b" }, { traceparent: scope.headers["traceparent"] as string });
    await clock.advance(2_010);
    expect(ended.error).toMatchObject({ code: "WRONG_CONTENT" });
    expect(ended.error?.message).toMatch(/closest [^]*expected {2}"a"\n[^]*received {2}"b"/);
    expect(hintOf(ended.error)).toContain("compare it with the closest one");
  });

  test("to one that nothing ties to the test, and that agrees in nothing, no difference is shown", async () => {
    const { scope, broker, clock } = await open();
    const ended = watch(wait(scope));
    broker.deliver({ id: "b" });
    await clock.advance(2_010);
    expect(ended.error).toMatchObject({ code: "SLA_VIOLATED" });
    expect(ended.error?.message).toMatch(/came instead #\d+ \+0 ms orders {"id":"b"}/);
    expect(ended.error?.message).not.toContain("closest");
    expect(ended.error).toMatchObject({ expected: undefined, actual: undefined });
  });

  test("an abort while it is looked for ends the wait", async () => {
    const { scope, broker, clock } = await open();
    const stop = new AbortController();
    broker.setPending({ inFlight: 1 });
    const ended = watch(wait(scope, stop.signal));
    await clock.advance(1_100);
    expect(ended.state).toBe("pending");
    stop.abort(new Error("enough"));
    await clock.settle();
    expect(ended.error?.message).toBe("enough");
    expect(clock.armed).toBe(0);
  });

  test("an abort while a broker does not answer releases all timers, and so does the failure itself", async () => {
    const { scope, broker, clock } = await open();
    broker.silent = true;
    const stop = new AbortController();
    const aborted = watch(wait(scope, stop.signal));
    await clock.advance(1_100);
    stop.abort(new Error("enough"));
    await clock.settle();
    expect(aborted.error?.message).toBe("enough");
    expect(clock.armed).toBe(0);
    const failed = watch(wait(scope));
    await clock.advance(2_210);
    expect(failed.error).toMatchObject({ code: "SLA_VIOLATED" });
    expect(clock.armed).toBe(0);
  });

  test("brokers are not asked again and again where nothing changes, and something cannot be known", async () => {
    const { scope, broker, clock } = await open();
    broker.reached = undefined;
    await scope.channels.orders.send({ id: "cause" });
    const ended = watch(wait(scope));
    const { pending } = broker;
    let asked = 0;
    Object.defineProperty(broker, "pending", { get: () => (asked++, pending) });
    await clock.advance(1_100);
    for (let turn = 0; turn < 50; turn++) await clock.turn();
    expect(ended.state).toBe("pending");
    expect(asked).toBeLessThan(5);
  });

  test("what one look finds done, and the next one does not, is not said to be done", async () => {
    const { scope, broker, clock } = await open();
    const ended = watch(wait(scope));
    const { pending } = broker;
    let idle = 0;
    // a message that goes from one broker to another between two questions is with none of them
    Object.defineProperty(broker, "pending", {
      get: () => ({ ...pending, inFlight: clock.now() >= 2_000 && idle++ === 0 ? 0 : 1, where: ["1 on its way"] }),
    });
    await clock.advance(2_300);
    expect(ended.error?.message).toContain("busy      1 on its way");
    expect(ended.error?.message).not.toContain("all work is done");
  });

  test("it is listened for as long as something may come, and no longer", async () => {
    const { scope, broker, clock } = await open();
    const ended = watch(wait(scope));
    broker.setPending({ inFlight: 1 });
    await clock.advance(1_300);
    expect(ended.state).toBe("pending");
    broker.setPending({ inFlight: 0 });
    await clock.settle();
    expect(ended.error).toMatchObject({ code: "SLA_VIOLATED", facts: { evidence: { waited: 1_300 } } });
    expect(ended.error?.message).toContain("the last 300 ms only to see what comes late");
    expect(clock.armed).toBe(0);
  });

  test("one that comes while a broker does not answer is late, and not another one", async () => {
    const { scope, broker, clock } = await open();
    const ended = watch(wait(scope));
    broker.silent = true;
    await clock.advance(2_100);
    broker.deliver({ id: "a" });
    await clock.settle();
    expect(ended.error).toMatchObject({ code: "SLA_VIOLATED" });
    expect(ended.error?.message).toContain("came 1.1 s late");
  });
});

test("of a predicate that took nothing there is no closest one to compare with", async () => {
  const { scope, broker, clock } = await open();
  const ended = watch(scope.channels.orders.next(({ payload }) => payload.id === "a"));
  broker.deliver({ id: "b" });
  await clock.advance(2_010);
  expect(ended.error).toMatchObject({ code: "WRONG_CONTENT" });
  expect(hintOf(ended.error)).toBe("An event came in time, but not this one: see what came instead.");
});

test("where nothing can be concluded, nothing is compared: neither of a silence, nor of what may have come unseen", async () => {
  const { scope, broker, clock } = await open();
  const mine = { traceparent: scope.headers["traceparent"] as string };
  broker.deliver({ id: "b" }, mine);
  broker.setPending({ inFlight: 1 });
  const silence = watch(scope.channels.orders.none({ id: "a" }));
  await clock.advance(1_100);
  expect(silence.error).toMatchObject({ code: "UNKNOWN" });

  const small = await openHarness({ journal: { maxEntries: 10 } });
  const other = small.harness.scope("test");
  for (let number = 0; number < 20; number++)
    small.broker.deliver({ id: "b" }, { traceparent: other.headers["traceparent"] as string });
  const unseen = watch(other.channels.orders.next({ id: "a" }));
  await small.clock.advance(2_010);
  expect(unseen.error).toMatchObject({ code: "UNKNOWN" });

  for (const { error } of [silence, unseen]) {
    expect(error?.message).not.toContain("closest");
    expect(error).toMatchObject({ expected: undefined, actual: undefined });
  }
});

test("too few: those that came, and those that came late, are shown", async () => {
  const { scope, broker, clock } = await open();
  const ended = watch(scope.channels.orders.exactly(2, { id: "a" }));
  broker.setPending({ inFlight: 1 });
  broker.deliver({ id: "a" });
  await clock.advance(1_300);
  broker.deliver({ id: "a" });
  await clock.advance(1_010);
  expect(ended.error).toMatchObject({ code: "WRONG_COUNT" });
  expect(ended.error?.message).toMatch(/1 of 2 events[^]*came late [^]*300 ms after the deadline[^]*this came /);
  expect(hintOf(ended.error)).toMatch(/^The rest came, but too late/);
});
