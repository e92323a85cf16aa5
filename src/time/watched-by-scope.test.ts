import { expect, test } from "vitest";
import { traceContext, watchedByScope, WatchedPromise } from "./index.ts";

const start = (work: () => Promise<number>) => watchedByScope("advance", start, work);

test("inside a scope it is handed to that, which may look whether it is awaited, and is quiet when it fails", async () => {
  const watched: WatchedPromise<unknown>[] = [];
  const watch = (promise: WatchedPromise<unknown>) => watched.push(promise);
  const started = traceContext.run({ traceId: "a", watch }, () => [
    start(() => Promise.resolve(1)),
    start(() => Promise.reject(new Error("too late"))),
  ]);
  expect(watched).toEqual(started);
  expect(watched.map(({ what, awaited }) => [what, awaited])).toEqual([
    ["advance", false],
    ["advance", false],
  ]);
  expect(await started[0]).toBe(1);
  expect(watched[0]?.awaited).toBe(true);
});

test("outside of any it is a plain promise, whose failure is loud", async () => {
  const promise = start(() => Promise.reject(new Error("nobody looks")));
  expect(promise).not.toBeInstanceOf(WatchedPromise);
  await expect(promise).rejects.toThrow("nobody looks");
});
