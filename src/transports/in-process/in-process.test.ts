import { execFile } from "node:child_process";
import { EventEmitter } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { ChannelDeclaration } from "../../contracts/index.ts";
import { createHarness } from "../../harness/index.ts";
import { inProcess } from "./index.ts";

interface Created {
  readonly id: string;
}
class UserEvent {
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
}
class UserCreated extends UserEvent {}
class UserDeleted extends UserEvent {}

async function open(bus = new EventEmitter()) {
  const events = inProcess(bus, { finishesBeforeReply: true });
  const harness = await createHarness({
    channels: {
      created: events.event<Created>("created"),
      done: events.event<Created>("done"),
      users: events.event(UserEvent),
      both: events.events<Created>("created", "done"),
    },
    sla: 1_000,
  });
  return { bus, events, harness };
}

describe("catching (98-101)", () => {
  test("an event that was emitted after the scope began is there at once; one before is not caught", async () => {
    const { bus, harness } = await open();
    bus.emit("created", { id: "early" });
    const scope = harness.scope("test");
    bus.emit("created", { id: "a" });
    expect((await scope.channels.created.next()).payload).toEqual({ id: "a" });
    expect(scope.channels.created.seen()).toHaveLength(1);
    await harness.close();
  });

  test("by class, subclasses included; and several types in one order", async () => {
    const { bus, harness } = await open();
    const scope = harness.scope("test");
    bus.emit("UserCreated", new UserCreated("1"));
    bus.emit("UserDeleted", new UserDeleted("2"));
    bus.emit("done", { id: "d" });
    bus.emit("created", { id: "c" });
    expect((await scope.channels.users.exactly(2)).map(({ payload }) => payload.constructor)).toEqual([
      UserCreated,
      UserDeleted,
    ]);
    expect(scope.channels.both.seen().map(({ payload }) => payload.id)).toEqual(["d", "c"]);
    await harness.close();
  });

  test("two tests in parallel, the same type: each gets its own, by its async context", async () => {
    const { bus, harness } = await open();
    const scopes = [harness.scope("first"), harness.scope("second")];
    const ids = await Promise.all(
      scopes.map((scope, index) =>
        scope.run(async () => {
          setImmediate(() => bus.emit("created", { id: String(index) }));
          return (await scope.channels.created.next()).payload.id;
        }),
      ),
    );
    expect(ids).toEqual(["0", "1"]);
    await harness.close();
  });
});

describe("knowing that nothing else happens", () => {
  test("a handler at work is waited for, with what it emits in the end", async () => {
    const { bus, harness } = await open();
    const gate = Promise.withResolvers<void>();
    bus.on("created", async (event: Created) => {
      await gate.promise;
      bus.emit("done", event);
    });
    const scope = harness.scope("test");
    await scope.run(async () => {
      const sending = scope.channels.created.send({ id: "a" });
      const none = scope.channels.done.none({ id: "a" });
      // long enough for a proof that does not wait for the handler
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      gate.resolve();
      await expect(none).rejects.toMatchObject({ code: "UNEXPECTED_EVENT" });
      expect(await sending).toMatchObject({ reached: 1 });
    });
    await harness.close();
  });

  test("handlers from before the bus was wrapped make it not knowable", async () => {
    const bus = new EventEmitter();
    bus.on("created", () => undefined);
    const { harness } = await open(bus);
    const scope = harness.scope("test");
    await expect(scope.settled()).rejects.toMatchObject({
      code: "NOT_KNOWABLE",
      message: expect.stringContaining("before it was wrapped") as unknown,
    });
    await harness.close();
  });

  test("an event without any handler is unheard", async () => {
    const { harness } = await open();
    const scope = harness.scope("test");
    await scope.channels.created.send({ id: "a" });
    await expect(scope.channels.done.none()).rejects.toMatchObject({ code: "UNHEARD" });
    await harness.close();
  });
});

describe("the bus", () => {
  test("a handler that throws, now or later, fails no send and is in the timeline", async () => {
    // such an emitter takes care of promises that its handlers reject
    const { bus, harness } = await open(new EventEmitter({ captureRejections: true }));
    const errors: unknown[] = [];
    bus.on("error", (error) => errors.push(error));
    bus.on("created", () => Promise.reject(new Error("thrown later")));
    bus.on("created", () => {
      throw new Error("thrown now");
    });
    const scope = harness.scope("test");
    await scope.channels.created.send({ id: "a" });
    await scope.settled();
    expect(scope.timeline()).toMatch(/fault in a handler of created Error: thrown now[\s\S]*thrown later/);
    expect(errors).toEqual([new Error("thrown later")]);
    await harness.close();
  });

  test("a promise that a handler rejects, and nobody cares for, is as unhandled as without the harness", async () => {
    const script = `
      import { EventEmitter } from "node:events";
      import { inProcess } from ${JSON.stringify(join(import.meta.dirname, "index.ts"))};
      const bus = new EventEmitter();
      inProcess(bus);
      process.on("unhandledRejection", (error) => console.log("unhandled:", error.message));
      bus.on("created", async () => { throw new Error("database is down"); });
      bus.emit("created");`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--input-type=module-typescript",
      "--eval",
      script,
    ]);
    expect(stdout).toBe("unhandled: database is down\n");
  });

  test("keeps its own behaviour: once, off, listeners, order", async () => {
    const { bus, harness } = await open();
    const calls: string[] = [];
    const off = () => calls.push("off");
    bus.on("created", off);
    bus.once("created", () => calls.push("once"));
    bus.prependListener("created", () => calls.push("first"));
    expect(bus.listeners("created")).toContain(off);
    bus.off("created", off);
    bus.emit("created", {});
    bus.emit("created", {});
    expect(calls).toEqual(["first", "once", "first"]);
    await harness.close();
  });

  test("is put back on dispose", async () => {
    const bus = new EventEmitter();
    const { events, harness } = await open(bus);
    expect(Object.hasOwn(bus, "emit")).toBe(true);
    await harness.close();
    events[Symbol.dispose]();
    expect(Object.keys(Object.getOwnPropertyDescriptors(bus)).filter((key) => key === "emit" || key === "on")).toEqual(
      [],
    );
  });

  test("can be an EventTarget", async () => {
    const target = new EventTarget();
    using events = inProcess(target, { finishesBeforeReply: true });
    await using harness = await createHarness({ channels: { created: events.event<Created>("created") } });
    await using scope = harness.scope("test");
    const seen: unknown[] = [];
    const listener = (event: Event) => seen.push((event as CustomEvent).detail);
    target.addEventListener("created", listener);
    await scope.channels.created.send({ id: "a" });
    expect((await scope.channels.created.next({ id: "a" })).payload).toEqual({ id: "a" });
    target.removeEventListener("created", listener);
    target.dispatchEvent(new CustomEvent("created", { detail: { id: "b" } }));
    expect(seen).toEqual([{ id: "a" }]);
  });

  test("can be your own", async () => {
    const handlers: ((event: { type: string }) => unknown)[] = [];
    const bus = {
      subscribe: (handler: (event: { type: string }) => unknown) => handlers.push(handler),
      publish: (event: { type: string }) => Promise.all(handlers.map((handler) => handler(event))),
    };
    using events = inProcess(bus, { finishesBeforeReply: true, subscribedAfter: true });
    bus.subscribe((event) => (event.type === "created" ? bus.publish({ type: "done" }) : undefined));
    await using harness = await createHarness({
      channels: { created: events.event<{ type: string }>("created"), done: events.event<{ type: string }>("done") },
    });
    await using scope = harness.scope("test");
    await scope.channels.created.send({ type: "created" });
    await scope.channels.done.exactly(1);
    expect(await scope.channels.created.none({ type: "other" })).toMatchObject({ how: "proved" });
  });
});

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
