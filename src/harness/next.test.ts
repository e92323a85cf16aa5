import { describe, expect, test } from "vitest";
import { openHarness, TinySystem, watch } from "../../test/support/open-harness.ts";

describe("W1: an event that is already there", () => {
  test("ends the wait without any time passing", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    broker.deliver({ id: "a" }, { traceparent: scope.headers["traceparent"] as string });
    const before = clock.now();
    expect((await scope.channels.orders.next({ id: "a" })).payload).toEqual({ id: "a" });
    expect(clock.now()).toBe(before);
  });

  test("counts only since the scope began", async () => {
    const { broker, harness, clock } = await openHarness();
    broker.deliver({ id: "early" });
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.next({ id: "early" }));
    await clock.advance(2_500);
    expect(wait.error).toMatchObject({ code: "SLA_VIOLATED" });
  });
});

describe("W2: events wake waits", () => {
  test("the wait ends when the event arrives, with no timer of its own firing", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.next({ id: "a" }));
    await clock.advance(400);
    expect(wait.state).toBe("pending");
    broker.deliver({ id: "a" });
    await clock.settle();
    expect(wait.state).toBe("fulfilled");
  });
});

describe("W3: the deadline", () => {
  test("without the event the wait ends at the SLA, never before, where all work is known to be done", async () => {
    const { harness, clock } = await openHarness();
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.next({ id: "a" }));
    await clock.advance(999);
    expect(wait.state).toBe("pending");
    await clock.advance(1);
    expect(wait.error).toMatchObject({ code: "SLA_VIOLATED", facts: { evidence: { waited: 1_000 } } });
    expect(clock.armed).toBe(0);
  });

  test("without the event, and while something may come, the wait ends at the SLA plus the time to listen on", async () => {
    const { broker, harness, clock } = await openHarness();
    broker.setPending({ inFlight: 1 });
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.next({ id: "a" }));
    await clock.advance(1_999);
    expect(wait.state).toBe("pending");
    await clock.advance(2);
    expect(wait.error).toMatchObject({
      code: "SLA_VIOLATED",
      facts: { evidence: { sla: { within: 1_000, source: "the harness's sla" } } },
    });
  });

  test("an event after the deadline is an SLA violation that says how late it came", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.next({ id: "a" }));
    broker.setPending({ inFlight: 1 });
    await clock.advance(1_312);
    broker.deliver({ id: "a" });
    await clock.settle();
    expect(wait.error).toMatchObject({ code: "SLA_VIOLATED" });
    expect(wait.error?.message).toContain("312 ms late");
  });

  test("when this process was blocked over the deadline, what arrives right afterwards still counts", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.next({ id: "a" }));
    await clock.advance(900);
    clock.block(400);
    await clock.advance(100);
    expect(wait.state).toBe("pending");
    broker.deliver({ id: "a" });
    await clock.settle();
    expect(wait.state).toBe("fulfilled");
  });

  test("lateness is in the failure", async () => {
    const { harness, clock } = await openHarness();
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.next({ id: "a" }));
    clock.block(1_212);
    await clock.advance(5_000);
    expect(wait.error?.message).toContain("this process was blocked for 212 ms");
  });

  test("`since` counts from the send: the failure names that zero point", async () => {
    const { harness, clock, broker } = await openHarness();
    broker.echo = false;
    const scope = harness.scope("test");
    const sent = await scope.channels.orders.send({ id: "a" });
    await clock.advance(800);
    const wait = watch(scope.channels.orders.next({ id: "a" }, { since: sent }));
    await clock.advance(1_300);
    expect(wait.error).toMatchObject({ code: "SLA_VIOLATED" });
    expect(wait.error?.message).toContain("counted from the moment when orders was sent");
  });

  test("an event whose cause is known by its trace is held to the SLA from that send on", async () => {
    const { harness, clock, broker } = await openHarness();
    broker.echo = false;
    const scope = harness.scope("test");
    await scope.channels.orders.send({ id: "a" });
    const traceparent = broker.sentWith[0] as string;
    await clock.advance(1_500);
    broker.deliver({ id: "a" }, { traceparent });
    await expect(scope.channels.orders.next({ id: "a" })).rejects.toMatchObject({ code: "SLA_VIOLATED" });
  });
});

describe("W5: signals", () => {
  test("an abort ends the wait at once, with its reason, and releases its timers", async () => {
    const { harness, clock } = await openHarness();
    const scope = harness.scope("test");
    const controller = new AbortController();
    const wait = watch(scope.channels.orders.next({ id: "a" }, { signal: controller.signal }));
    await clock.settle();
    controller.abort(new Error("enough"));
    await clock.settle();
    expect(wait.error?.message).toBe("enough");
    expect(clock.armed).toBe(0);
  });

  test("a wait that has ended holds no timer", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    const wait = scope.channels.orders.next({ id: "a" });
    broker.deliver({ id: "a" });
    await wait;
    expect(clock.armed).toBe(0);
  });

  test("a wait that nobody awaited fails its scope, with the line that started it", async () => {
    const { harness } = await openHarness();
    const scope = harness.scope("test");
    void scope.channels.orders.next({ id: "a" });
    await expect(scope.close()).rejects.toMatchObject({
      code: "NOT_AWAITED",
      stack: expect.stringContaining("next.test.ts") as unknown,
    });
  });

  test("of a test that has failed already, nothing more is reported", async () => {
    const { harness } = await openHarness();
    const scope = harness.scope("test");
    void scope.channels.orders.next({ id: "a" });
    await expect(scope.close({ failed: true })).resolves.toBeUndefined();
  });
});

describe("W7: claims", () => {
  test("two events, two waits: each gets its own, in order", async () => {
    const { broker, harness } = await openHarness();
    const scope = harness.scope("test");
    broker.deliver({ id: "a", amount: 1 });
    broker.deliver({ id: "a", amount: 2 });
    expect((await scope.channels.orders.next({ id: "a" })).payload.amount).toBe(1);
    expect((await scope.channels.orders.next({ id: "a" })).payload.amount).toBe(2);
  });

  test("concurrent waits are served in the order of their calls", async () => {
    const { broker, harness } = await openHarness();
    const scope = harness.scope("test");
    const waits = Promise.all([scope.channels.orders.next({ id: "a" }), scope.channels.orders.next({ id: "a" })]);
    broker.deliver({ id: "a", amount: 1 });
    broker.deliver({ id: "a", amount: 2 });
    expect((await waits).map(({ payload }) => payload.amount)).toEqual([1, 2]);
  });

  test("a wait that fails claims nothing", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    broker.deliver({ id: "a" });
    const failing = watch(scope.channels.orders.next({ id: "b" }));
    await clock.advance(2_500);
    expect(failing.state).toBe("rejected");
    expect((await scope.channels.orders.next({ id: "a" })).claimed).toBe(true);
  });

  test("another scope's claims do not matter, and the journal is not changed by them", async () => {
    const { broker, harness } = await openHarness();
    const first = harness.scope("first");
    const second = harness.scope("second");
    broker.deliver({ id: "a" });
    await first.channels.orders.next({ id: "a" });
    expect((await second.channels.orders.next({ id: "a" })).payload).toEqual({ id: "a" });
  });

  test("a redelivery is no second event, but a second delivery", async () => {
    const { broker, harness } = await openHarness();
    const scope = harness.scope("test");
    broker.deliver({ id: "a" }, { id: "m1" });
    broker.deliver({ id: "a" }, { id: "m1", deliveries: 2 });
    const event = await scope.channels.orders.next({ id: "a" });
    expect(event.deliveries).toBe(2);
    expect(scope.channels.orders.seen()).toHaveLength(1);
  });
});

describe("W8: a condition that would accept too much is an error before any waiting", () => {
  test.for([
    ["undefined", undefined],
    ["an empty object", {}],
    ["an undefined field", { id: undefined }],
    ["a nested empty object", { customer: {} }],
    ["a nested undefined", { customer: { id: undefined } }],
    ["an undefined element", { ids: [undefined] }],
  ] as const)("%s", async ([, match], { expect }) => {
    const { broker, harness } = await openHarness();
    const scope = harness.scope("test");
    broker.deliver({ id: "a" });
    await expect(scope.channels.orders.next(match as never)).rejects.toMatchObject({ code: "INVALID_MATCH" });
  });

  test("an explicit undefined is no leave to accept anything, for whichever wait", async () => {
    const { broker, harness } = await openHarness();
    const scope = harness.scope("test");
    broker.deliver({ id: "a" });
    const { orders } = scope.channels;
    const missing = undefined as never;
    await expect(orders.exactly(1, missing)).rejects.toMatchObject({ code: "INVALID_MATCH" });
    await expect(orders.none(missing)).rejects.toMatchObject({ code: "INVALID_MATCH" });
    expect(() => orders.seen(missing)).toThrow(expect.objectContaining({ code: "INVALID_MATCH" }));
    expect(await orders.exactly(1)).toHaveLength(1);
    expect(orders.seen()).toHaveLength(1);
  });

  test("an async predicate would accept every event", async () => {
    const { broker, harness } = await openHarness();
    const scope = harness.scope("test");
    broker.deliver({ id: "a" });
    const accept = (() => Promise.resolve(false)) as unknown as () => boolean;
    await expect(scope.channels.orders.next(accept)).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });

  test("a predicate that throws ends the wait, with its error as the cause", async () => {
    const { broker, harness } = await openHarness();
    const scope = harness.scope("test");
    broker.deliver({ id: "a" });
    const problem = new Error("no such field");
    const throwing = () => {
      throw problem;
    };
    await expect(scope.channels.orders.next(throwing)).rejects.toMatchObject({ code: "PROBE_WRONG", cause: problem });
    await expect(scope.channels.orders.none(throwing)).rejects.toMatchObject({ code: "PROBE_WRONG", cause: problem });
  });
});

describe("W9: the runner's own time-out", () => {
  test("cuts the wait short, which is not judged", async () => {
    const { harness, clock } = await openHarness();
    const scope = harness.scope("test", { deadline: { at: 500, name: "the test's time-out of 750 ms" } });
    const wait = watch(scope.channels.orders.next({ id: "a" }));
    await clock.advance(501);
    expect(wait.error).toMatchObject({ code: "NOT_JUDGED" });
    expect(wait.error?.message).toContain("the test's time-out of 750 ms");
  });
});

describe("T1: kinds of red", () => {
  test("another event of this test is wrong content, with the closest one and its difference", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    broker.deliver({ id: "a", amount: 7 }, { traceparent: scope.headers["traceparent"] as string });
    const wait = watch(scope.channels.orders.next({ id: "a", amount: 8 }));
    await clock.advance(2_500);
    expect(wait.error).toMatchObject({
      code: "WRONG_CONTENT",
      actual: { id: "a", amount: 7 },
      facts: { evidence: { closest: { differences: [{ path: "amount", expected: 8, actual: 7 }] } } },
    });
  });

  test("a system that dies unasked ends the wait at once", async () => {
    const system = new TinySystem();
    const { harness, clock } = await openHarness({ system });
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.next({ id: "a" }));
    system.die();
    await clock.advance(101);
    expect(wait.error).toMatchObject({ code: "SYSTEM_EXITED" });
  });

  test("an event that the dying system had sent still ends the wait green", async () => {
    const system = new TinySystem();
    const { broker, harness, clock } = await openHarness({ system });
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.next({ id: "a" }));
    system.die();
    await clock.advance(50);
    broker.deliver({ id: "a" });
    await clock.settle();
    expect(wait.state).toBe("fulfilled");
  });

  test("a death that was asked for ends no wait", async () => {
    const system = new TinySystem();
    const { harness, clock } = await openHarness({ system });
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.next({ id: "a" }));
    system.die(true);
    await clock.advance(500);
    expect(wait.state).toBe("pending");
    await clock.advance(2_000);
  });

  test("a broken listener fails its waits at once", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.next({ id: "a" }));
    await clock.settle();
    const cause = new Error("no such queue");
    for (const sink of broker.sinks) sink.failed(cause);
    await clock.settle();
    expect(wait.error).toMatchObject({ code: "LISTENER_FAILED", cause });
  });

  test("a deaf listener is named when the time is up", async () => {
    const { broker, harness, clock } = await openHarness();
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.next({ id: "a" }));
    await clock.settle();
    for (const sink of broker.sinks) sink.deaf(new Error("ECONNREFUSED"));
    await clock.advance(2_500);
    expect(wait.error).toMatchObject({ code: "LISTENER_DEAF" });
  });

  test("an event that could not be decoded is told apart from none at all", async () => {
    const { broker, harness, clock } = await openHarness({
      channels: (of) => ({ orders: of.channel<{ id: string }>("orders", { carries: "bytes" }) }),
    });
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.next({ id: "a" }));
    broker.deliver("{ not JSON");
    broker.deliver('{"id":"b"}');
    await clock.advance(2_500);
    expect(wait.error).toMatchObject({ code: "COULD_NOT_DECODE" });
    expect(scope.channels.orders.seen()).toHaveLength(1);
  });

  test("what was sent and reached nobody is unheard", async () => {
    const { broker, harness, clock } = await openHarness();
    broker.reached = 0;
    broker.echo = false;
    const scope = harness.scope("test");
    await scope.channels.orders.send({ id: "a" });
    const wait = watch(scope.channels.orders.next({ id: "a" }));
    await clock.advance(2_500);
    expect(wait.error).toMatchObject({ code: "UNHEARD" });
  });
});

describe("T5: whose event it is", () => {
  test("an event with another scope's trace is never matched", async () => {
    const { broker, harness, clock } = await openHarness();
    const other = harness.scope("other");
    const scope = harness.scope("test");
    const wait = watch(scope.channels.orders.next({ id: "a" }));
    broker.deliver({ id: "a" }, { traceparent: other.headers["traceparent"] as string });
    await clock.advance(2_500);
    expect(wait.state).toBe("rejected");
    expect(wait.error?.message).toContain("of another test");
  });

  test("an event with a declared id is the scope's own, and foreign to others", async () => {
    const { broker, harness } = await openHarness();
    const owner = harness.scope("owner");
    const other = harness.scope("other");
    owner.own("customer-1");
    broker.deliver({ id: "x", customer: { id: "customer-1" } });
    expect(owner.channels.orders.seen()).toHaveLength(1);
    expect(other.channels.orders.seen()).toHaveLength(0);
  });

  test("without a condition, an event without a trace is ambiguous while another scope is open", async () => {
    const { broker, harness } = await openHarness();
    const scope = harness.scope("test");
    harness.scope("other");
    broker.deliver({ id: "a" });
    await expect(scope.channels.orders.next()).rejects.toMatchObject({ code: "AMBIGUOUS" });
  });

  test("without a condition, it is ambiguous too when the scope before ended unsettled less than one SLA ago", async () => {
    const { broker, harness, clock } = await openHarness();
    const before = harness.scope("before");
    broker.setPending({ inFlight: 1 });
    await before.close();
    broker.setPending({ inFlight: 0 });
    const scope = harness.scope("test");
    broker.deliver({ id: "a" });
    await expect(scope.channels.orders.next()).rejects.toMatchObject({ code: "AMBIGUOUS" });
    await clock.advance(1_001);
    expect((await scope.channels.orders.next()).payload).toEqual({ id: "a" });
  });
});

test("deliveries and claim are an event's own properties: runners print copies of it", async () => {
  const { harness, broker } = await openHarness();
  const scope = harness.scope("test");
  broker.deliver({ id: "a" }, { traceparent: scope.headers["traceparent"] as string });
  const event = await scope.channels.orders.next({ id: "a" });
  expect(structuredClone({ ...event })).toMatchObject({ id: event.id, deliveries: 1, claimed: true });
});
