import { inspect } from "node:util";
import { expect, test } from "vitest";
import { ValueHistory } from "./value-history.ts";

function historyOf(...results: readonly unknown[]): ValueHistory {
  const history = new ValueHistory();
  for (const result of results) history.add(result);
  return history;
}

test("equal results that follow each other are one run with a count", () => {
  const history = historyOf({ orders: [] }, { orders: [] }, { orders: ["1"] }, { orders: [] });
  expect(history.runs).toEqual([
    { result: { orders: [] }, times: 2 },
    { result: { orders: ["1"] }, times: 1 },
    { result: { orders: [] }, times: 1 },
  ]);
  expect(history.count).toBe(4);
});

test("errors are equal when name and all of the message are: the first line often repeats", () => {
  const [first, second, third] = [new Error("got:\n1"), new Error("got:\n1"), new Error("got:\n2")];
  const history = historyOf(first, second, third, new TypeError("got:\n2"));
  expect(history.runs.map(({ times }) => times)).toEqual([2, 1, 1]);
  expect(history.first).toBe(first);
});

test("a text is not the value that it looks like", () => {
  expect(historyOf("1", 1, undefined, "undefined").runs).toHaveLength(4);
});

test("of many distinct results the first and the latest stay, and all are counted", () => {
  const history = historyOf(...Array.from({ length: 10_000 }, (_, index) => index));
  expect(history.runs).toHaveLength(50);
  expect(history.first).toBe(0);
  expect(history.runs[1]?.result).toBe(10_000 - 49);
  expect(history.last).toBe(9_999);
  expect(history.count).toBe(10_000);
});

test("what it keeps does not change with an object that the probe returns each time", () => {
  const events: string[] = [];
  const history = new ValueHistory();
  history.add(events);
  events.push("created");
  history.add(events);
  expect(history.runs.map(({ result }) => result)).toEqual([[], ["created"]]);
});

test("what cannot be copied, read or compared is kept as it is", () => {
  const hostile = {
    [inspect.custom](): string {
      throw new Error("no");
    },
    close: () => undefined,
  };
  const history = historyOf(hostile, () => 1, Symbol("one"), 10n, null);
  expect(history.first).toBe(hostile);
  expect(history.count).toBe(5);
});

test("nothing seen has neither first nor last", () => {
  expect(historyOf()).toMatchObject({ count: 0, first: undefined, last: undefined, runs: [] });
});
