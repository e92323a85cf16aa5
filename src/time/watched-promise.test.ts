import { describe, expect, test } from "vitest";
import { WatchedPromise } from "./index.ts";

const never = (): Promise<never> => new Promise(() => undefined);

function start<T>(work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): WatchedPromise<T> {
  return WatchedPromise.start({ what: "next on orders", calledFrom: start, signal }, work);
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe("awaited", () => {
  test.each<[string, (wait: WatchedPromise<number>) => unknown]>([
    ["await", async (wait) => await wait],
    ["then", (wait) => wait.then(String)],
    ["catch", (wait) => wait.catch(() => undefined)],
    ["finally", (wait) => wait.finally(() => undefined)],
    ["Promise.all", (wait) => Promise.all([wait])],
    ["Promise.race", (wait) => Promise.race([wait, never()])],
    ["being returned by an async function", (wait) => (async () => wait)()],
  ])("is noted of %s", async (_, use) => {
    const wait = start(() => Promise.resolve(1));
    expect(wait.awaited).toBe(false);
    void use(wait);
    await turn();
    expect(wait.awaited).toBe(true);
  });

  test("is not noted of keeping it, printing it or starting another", async () => {
    const wait = start(() => Promise.resolve(1));
    const kept = [wait];
    void `${String(kept[0])}`;
    start(() => Promise.resolve(2));
    await turn();
    expect(wait.awaited).toBe(false);
  });
});

test("settled: whether it has ended, in whatever way, without being awaited", async () => {
  const waits = [start(() => Promise.resolve(1)), start(() => Promise.reject(new Error("no"))), start(never)];
  await turn();
  expect(waits.map(({ settled, awaited }) => [settled, awaited])).toEqual([
    [true, false],
    [true, false],
    [false, false],
  ]);
});

describe("the work", () => {
  test("begins at once", () => {
    let begun = false;
    start(() => {
      begun = true;
      return never();
    });
    expect(begun).toBe(true);
  });

  test("is not begun with a signal that is aborted already", async () => {
    let begun = false;
    const wait = start(() => {
      begun = true;
      return never();
    }, AbortSignal.abort("early"));
    await expect(wait).rejects.toBe("early");
    expect(begun).toBe(false);
  });

  test.each([new AbortController(), "signal", {}])("is not begun with what is no signal: %o", async (wrong) => {
    let begun = false;
    const wait = start(() => {
      begun = true;
      return never();
    }, wrong as never);
    const facts = { of: "next on orders", option: "signal" };
    await expect(wait).rejects.toMatchObject({ code: "INVALID_OPTION", facts });
    expect(begun).toBe(false);
  });

  test("gets a signal that is aborted with the reason of the user's, or of the owner", async () => {
    const reasons: unknown[] = [];
    const controller = new AbortController();
    const work = (signal: AbortSignal) => {
      signal.addEventListener("abort", () => reasons.push(signal.reason));
      return never();
    };
    const byUser = start(work, controller.signal);
    const byOwner = start(work);
    controller.abort("by the user");
    byOwner.abort("by the owner");
    await Promise.allSettled([byUser, byOwner]);
    expect(reasons).toEqual(["by the user", "by the owner"]);
  });

  test("that ended takes no abort any more, and leaves nothing on the user's signal", async () => {
    for (const end of ["value", "error", "abort"] as const) {
      const listeners = new Set<unknown>();
      const controller = new AbortController();
      const { signal } = controller;
      const add = signal.addEventListener.bind(signal);
      signal.addEventListener = (type: string, listener: never, options?: never) => {
        listeners.add(listener);
        add(type, listener, options);
      };
      signal.removeEventListener = (_: string, listener: unknown) => void listeners.delete(listener);
      const wait = start(
        () => (end === "value" ? Promise.resolve(1) : end === "error" ? Promise.reject(new Error("no")) : never()),
        signal,
      );
      expect(listeners.size).toBe(1);
      if (end === "abort") wait.abort("enough");
      const [outcome] = await Promise.allSettled([wait]);
      expect(listeners.size).toBe(0);
      wait.abort("too late");
      expect(await Promise.allSettled([wait])).toEqual([outcome]);
    }
  });
});

describe("a rejection", () => {
  const unhandledWhile = async (act: () => unknown): Promise<unknown[]> => {
    const unhandled: unknown[] = [];
    // vitest's own listeners would fail the run for what is caused here on purpose
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", (reason) => unhandled.push(reason));
    act();
    await turn();
    await turn();
    process.removeAllListeners("unhandledRejection");
    for (const other of others) process.on("unhandledRejection", other);
    return unhandled;
  };

  test("that nobody awaits is silent; its owner looks at `awaited`", async () => {
    expect(await unhandledWhile(() => start(() => Promise.reject(new Error("no"))))).toEqual([]);
    expect(await unhandledWhile(() => start(never, AbortSignal.abort("early")))).toEqual([]);
  });

  test("of a promise derived from it is as loud as any", async () => {
    const reason = new Error("no");
    expect(await unhandledWhile(() => start(() => Promise.reject(reason)).then(() => 1))).toEqual([reason]);
  });
});

test("what is derived from it is a plain promise", () => {
  expect(Object.getPrototypeOf(start(() => Promise.resolve(1)).then(String))).toBe(Promise.prototype);
});

test("it tells what it waits for, and the line that started it first", () => {
  const wait = start(never);
  expect(wait.what).toBe("next on orders");
  expect(wait.origin.split("\n")[0]).toContain("watched-promise.test.ts");
  expect(wait.origin).not.toContain("at start (");
});
