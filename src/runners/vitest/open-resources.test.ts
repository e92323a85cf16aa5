import { describe, expect, it } from "vitest";
import type { ObservedSystem, SystemLogLine } from "../../contracts/index.ts";
import { OpenResources } from "./open-resources.ts";

function closable(name: string, closed: string[], error?: Error): Disposable & { readonly name: string } {
  return {
    name,
    [Symbol.dispose]() {
      closed.push(name);
      if (error !== undefined) throw error;
    },
  };
}

describe("OpenResources", () => {
  it("closes last in first out, goes on after errors, and returns them", async () => {
    const closed: string[] = [];
    const resources = new OpenResources();
    const { use } = resources;
    await use(closable("one", closed, new Error("one")));
    await use(Promise.resolve(closable("two", closed)));
    await use(closable("three", closed, new Error("three")));
    expect(resources.names).toEqual(["one", "two", "three"]);
    expect((await resources.close()).map((error) => (error as Error).message)).toEqual(["three", "one"]);
    expect(closed).toEqual(["three", "two", "one"]);
  });

  it("closes once", async () => {
    const closed: string[] = [];
    const resources = new OpenResources();
    await resources.use(closable("one", closed));
    await Promise.all([resources.close(), resources.close()]);
    expect(closed).toEqual(["one"]);
  });

  it("waits for what is being opened when it closes, and closes that too", async () => {
    const closed: string[] = [];
    const resources = new OpenResources();
    const { promise, resolve } = Promise.withResolvers<Disposable>();
    const using = resources.use(promise);
    const closing = resources.close();
    resolve(closable("late", closed));
    expect(await closing).toEqual([]);
    await expect(using).rejects.toMatchObject({ code: "HARNESS_CLOSED" });
    expect(closed).toEqual(["late"]);
  });

  it("knows the systems by their shape, and their last lines", async () => {
    const listeners = new Set<(line: SystemLogLine) => void>();
    const system: ObservedSystem & Disposable = {
      name: "orders",
      ready: true,
      finishesBeforeReply: false,
      exited: new Promise(() => undefined),
      logs(listener) {
        listeners.add(listener);
        return { [Symbol.dispose]: () => void listeners.delete(listener) };
      },
      [Symbol.dispose]: () => undefined,
    };
    const resources = new OpenResources();
    await resources.use(closable("no system", []));
    await resources.use(system);
    expect(resources.systems).toEqual([system]);
    for (let line = 1; line <= 21; line++)
      for (const listener of listeners) listener({ stream: "stdout", text: `line ${line}`, at: 0 });
    expect(resources.log).toHaveLength(20);
    expect(resources.log.at(-1)).toBe("orders: line 21");
    await resources.close();
    expect(listeners.size).toBe(0);
  });

  it("refuses what cannot be closed", async () => {
    const resources = new OpenResources();
    await expect(resources.use({ url: "x" } as unknown as Disposable)).rejects.toMatchObject({
      code: "INVALID_OPTION",
    });
  });
});
