/** What is known of the handlers of a bus, of Node's and of one's own. */
import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import type { ChannelDeclaration } from "../../contracts/index.ts";
import { createHarness } from "../../harness/index.ts";
import { inProcess } from "./index.ts";

const signal = new AbortController().signal;
/** Sends by an endpoint, without a harness. */
const sender =
  ({ endpoint }: ChannelDeclaration<never, unknown>) =>
  async (body: unknown = {}) =>
    await endpoint.send?.({ body, attributes: {} }, signal);

describe("a receipt", () => {
  test("is that of the event sent, whatever its handlers emit on top", async () => {
    const bus = new EventEmitter();
    using events = inProcess(bus);
    bus.on("created", () => bus.emit("done", {}));
    expect(await sender(events.event("created"))()).toEqual({ id: "in-process-1", reached: 1 });
  });

  test("counts the listeners that a target has now: registered twice, once only, aborted, removed", async () => {
    const target = new EventTarget();
    using events = inProcess(target);
    const send = sender(events.event("created"));
    const [listener, removed] = [() => undefined, () => undefined];
    const controller = new AbortController();
    target.addEventListener("created", listener);
    target.addEventListener("created", listener);
    target.addEventListener("created", () => undefined, { once: true });
    target.addEventListener("created", () => undefined, { signal: controller.signal });
    target.removeEventListener("created", removed);
    expect(await send()).toMatchObject({ reached: 3 });
    controller.abort();
    expect(await send()).toMatchObject({ reached: 1 });
    target.removeEventListener("created", listener);
    expect(await send()).toMatchObject({ reached: 0 });
  });

  test.for<[string, (leave: () => void) => unknown, (left: unknown) => void]>([
    ["a function", (leave) => leave, (left) => (left as () => void)()],
    [
      "an object with unsubscribe",
      (leave) => ({ unsubscribe: leave }),
      (left) => (left as { unsubscribe(): void }).unsubscribe(),
    ],
    ["a disposable", (leave) => ({ [Symbol.dispose]: leave }), (left) => (left as Disposable)[Symbol.dispose]()],
  ])("does not count a handler that left a bus of your own by %s", async ([, returned, leave]) => {
    const bus = ownBus(returned);
    using events = inProcess(bus, { subscribedAfter: true });
    const send = sender(events.event("created"));
    const subscription = bus.subscribe(() => undefined);
    expect(await send({ type: "created" })).toMatchObject({ reached: 1 });
    leave(subscription);
    expect(await send({ type: "created" })).toMatchObject({ reached: 0 });
    expect(bus.handlers.size).toBe(0);
  });

  test("does not count a handler that left by the bus's own unsubscribe", async () => {
    const bus = ownBus();
    using events = inProcess(bus, { subscribedAfter: true });
    const handler = () => undefined;
    bus.subscribe(handler);
    bus.unsubscribe(handler);
    expect(bus.handlers.size).toBe(0);
    expect(await sender(events.event("created"))({ type: "created" })).toMatchObject({ reached: 0 });
  });

  test("says nothing of handlers that may have subscribed before", async () => {
    const bus = ownBus();
    bus.subscribe(() => undefined);
    using events = inProcess(bus);
    expect(await sender(events.event("created"))({ type: "created" })).toEqual({ id: "in-process-1" });
  });
});

describe("what a handler throws", () => {
  const boom = new Error("boom");

  test("reaches who emits, as it would without the harness", () => {
    const bus = new EventEmitter();
    using _events = inProcess(bus);
    bus.on("created", () => {
      throw boom;
    });
    expect(() => bus.emit("created")).toThrow(boom);
  });

  test("reaches a bus that waits for its handlers; sending an event fails for the bus's own errors only", async () => {
    const bus = ownBus();
    using events = inProcess(bus, { subscribedAfter: true });
    const send = sender(events.event("created"));
    const subscription = bus.subscribe(() => Promise.reject(new Error("wrapped", { cause: boom })));
    await expect(bus.publish({ type: "created" })).rejects.toThrow("wrapped");
    expect(await send({ type: "created" })).toMatchObject({ reached: 1 });
    subscription();
    bus.refuse = new Error("closed");
    await expect(send({ type: "created" })).rejects.toThrow("closed");
  });

  test("does not leave a target, and is told", async () => {
    const target = new EventTarget();
    using events = inProcess(target);
    const declaration = events.event("created");
    const faults: unknown[] = [];
    declaration.transport.faults?.((cause, where) => faults.push([cause, where]));
    target.addEventListener("created", () => {
      throw boom;
    });
    expect(await sender(declaration)()).toMatchObject({ reached: 1 });
    expect(faults).toEqual([[boom, "a handler of created"]]);
  });

  test("is left alone once the bus was put back", () => {
    const bus = new EventEmitter();
    const events = inProcess(bus);
    const faults: unknown[] = [];
    events.event("created").transport.faults?.((cause) => faults.push(cause));
    bus.on("created", () => {
      throw boom;
    });
    events[Symbol.dispose]();
    expect(() => bus.emit("created")).toThrow(boom);
    expect(faults).toEqual([]);
  });
});

describe("nothing is proved", () => {
  const pendingOf = async (declaration: ChannelDeclaration<never, unknown>) => {
    const mark = await declaration.transport.accounting?.mark({}, signal);
    return await mark?.pending(signal);
  };

  test("once a target turns out to have had listeners before it was wrapped", async () => {
    const target = new EventTarget();
    target.addEventListener("created", () => undefined);
    using events = inProcess(target);
    const created = events.event("created");
    expect(await sender(created)()).toMatchObject({ reached: 1 });
    expect(await pendingOf(created)).toMatchObject({
      exact: false,
      reason: expect.stringContaining("before it was wrapped") as unknown,
    });
  });

  test("about a bus of your own unless you declare that it was wrapped first", async () => {
    using undeclared = inProcess(ownBus());
    using declared = inProcess(ownBus(), { subscribedAfter: true });
    expect(await pendingOf(undeclared.event("created"))).toMatchObject({ exact: false });
    expect(await pendingOf(declared.event("created"))).toMatchObject({ exact: true });
  });

  test("while a bus still has to call a handler", async () => {
    const bus = ownBus();
    const gate = Promise.withResolvers<void>();
    bus.before = gate.promise;
    using events = inProcess(bus, { subscribedAfter: true });
    const created = events.event("created");
    bus.subscribe(() => undefined);
    const publishing = bus.publish({ type: "created" });
    expect(await pendingOf(created)).toMatchObject({
      waiting: 1,
      where: ["1 call for created still to be made"],
    });
    gate.resolve();
    await publishing;
    expect(await pendingOf(created)).toMatchObject({ waiting: 0, inFlight: 0 });
  });

  test("longer than that: a failed handler, a refused event and a handler that leaves end what the bus owes", async () => {
    const bus = ownBus();
    using events = inProcess(bus, { subscribedAfter: true });
    const created = events.event("created");
    const first = bus.subscribe(() => Promise.reject(new Error("boom")));
    bus.subscribe(() => undefined);
    await expect(bus.publish({ type: "created" })).rejects.toThrow("boom");
    expect(await pendingOf(created)).toMatchObject({ waiting: 0 });
    bus.swallows = true;
    await bus.publish({ type: "created" });
    expect(await pendingOf(created)).toMatchObject({ waiting: 0 });
    first();
    bus.refuse = new Error("closed");
    await expect(bus.publish({ type: "created" })).rejects.toThrow("closed");
    expect(await pendingOf(created)).toMatchObject({ waiting: 0 });
  });
});

describe("what an event is", () => {
  test.for([
    ["a field", "kind", { kind: "created" }],
    ["a function", ({ meta }: { meta: { name: string } }) => meta.name, { meta: { name: "created" } }],
  ] as const)("is told by %s on a bus of your own", async ([, type, event]) => {
    using events = inProcess(ownBus(), { type });
    await using harness = await createHarness({ channels: { created: events.event<object>("created") }, sla: 100 });
    await using scope = harness.scope("test");
    await scope.channels.created.send(event);
    expect((await scope.channels.created.next()).payload).toBe(event);
  });

  test("may have no class", async () => {
    const bus = ownBus();
    using _events = inProcess(bus);
    await bus.publish(Object.create(null) as { type: string });
  });

  test("may be anything that a predicate accepts; one that throws is reported, and throws at nobody else", async () => {
    const bus = new EventEmitter();
    using events = inProcess(bus);
    const large = events.where<{ amount: number }>("large amounts", ({ amount }) => amount > 1_000);
    await using harness = await createHarness({ channels: { large }, sla: 100 });
    await using scope = harness.scope("test");
    bus.emit("paid", { amount: 1 });
    bus.emit("refunded", { amount: 2_000 });
    expect((await scope.channels.large.next()).payload).toEqual({ amount: 2_000 });
    bus.emit("paid", undefined);
    await expect(scope.channels.large.next()).rejects.toMatchObject({ code: "COULD_NOT_DECODE" });
  });
});

/** A bus that waits for its handlers, one after the other. */
function ownBus<Left = () => void>(returned: (leave: () => void) => Left = (leave) => leave as Left) {
  const handlers = new Set<(event: { type: string }) => unknown>();
  return {
    handlers,
    refuse: undefined as Error | undefined,
    before: undefined as Promise<void> | undefined,
    swallows: false,
    subscribe(handler: (event: { type: string }) => unknown): Left {
      handlers.add(handler);
      return returned(() => void handlers.delete(handler));
    },
    unsubscribe: (handler: (event: { type: string }) => unknown) => void handlers.delete(handler),
    async publish(event: { type: string }): Promise<void> {
      if (this.refuse !== undefined) throw this.refuse;
      await this.before;
      try {
        for (const handler of handlers) await handler(event);
      } catch (cause) {
        if (!this.swallows) throw cause;
      }
    },
  };
}
