import { execFile } from "node:child_process";
import { EventEmitter } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
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
