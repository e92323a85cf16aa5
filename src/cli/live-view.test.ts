import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import type { Activity } from "../simulator/index.ts";
import { LiveView } from "./live-view.ts";

let clock: ManualClock;
let lines: string[];
let view: LiveView;

beforeEach(() => {
  clock = new ManualClock();
  lines = [];
  view = new LiveView((line) => lines.push(line), { all: false, clock });
});
afterEach(() => {
  view[Symbol.dispose]();
});

const at = Date.UTC(2026, 0, 1, 12, 0, 3, 120);
const happened = (what: Activity["what"], rest: Partial<Activity> = {}): Activity => ({ what, at, ...rest });

test("one line tells the time, what happened, to which message, where", () => {
  view.show(happened("delivered", { queue: "orders", messageId: "3f2a91c0-1111", receives: 1 }));
  view.show(happened("refused", { detail: "SendMessage: QueueDoesNotExist" }));
  expect(lines).toEqual([
    "12:00:03.120  delivered        3f2a91c0  orders  receive 1",
    "12:00:03.120  refused                    SendMessage: QueueDoesNotExist",
  ]);
});

test("a line steers no terminal, and is no longer than a few lines of it", () => {
  view.show(happened("refused", { detail: `\u001b[2J\r\n\u0007\u202e${"x".repeat(5_000)}` }));
  expect(lines[0]).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(lines[0]?.length).toBeLessThan(320);
});

test("of a burst the first ones are shown, the others counted at the end of the second", async () => {
  for (let count = 0; count < 10_000; count++) {
    view.show(happened("accepted", { queue: "orders", messageId: String(count) }));
    view.show(happened("deleted", { queue: count % 2 === 0 ? "orders" : "bills" }));
  }
  expect(lines).toHaveLength(40);
  await clock.advance(1_000);
  expect(lines.slice(40)).toEqual([
    "12:00:03.120  not shown                  9,980 accepted on orders, 4,990 deleted on orders, 4,990 deleted on bills",
  ]);
});

test("a burst of one kind hides nothing of another", () => {
  for (let count = 0; count < 1_000; count++) view.show(happened("accepted"));
  view.show(happened("refused", { detail: "SendMessage: QueueDoesNotExist" }));
  view.show(happened("fault hit", { fault: "drop on queue orders" }));
  expect(lines.slice(-2)).toEqual([
    expect.stringContaining("QueueDoesNotExist"),
    expect.stringContaining("drop on queue orders"),
  ]);
});

test("a burst of refused requests is cut as well, and counted", async () => {
  for (let count = 0; count < 25; count++) view.show(happened("refused", { detail: `number ${count}` }));
  expect(lines).toHaveLength(20);
  await clock.advance(1_000);
  expect(lines.at(-1)).toMatch(/not shown +5 refused$/);
});

test("after a second there is room again", async () => {
  for (let count = 0; count < 21; count++) view.show(happened("accepted"));
  await clock.advance(1_000);
  lines.length = 0;
  view.show(happened("accepted"));
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain("not shown");
});

test("many queues are told by their number", async () => {
  for (let count = 0; count < 100; count++) view.show(happened("accepted", { queue: `queue-${count}` }));
  await clock.advance(1_000);
  expect(lines.at(-1)).toMatch(/not shown +(1 accepted on queue-\d+, ){5}75 others$/);
});

test("what was left out is told at the end, and no timer stays", () => {
  for (let count = 0; count < 30; count++) view.show(happened("accepted"));
  view[Symbol.dispose]();
  expect(lines.at(-1)).toContain("10 accepted");
  expect(clock.timers).toBe(0);
});

test("the view holds no process", () => {
  view.show(happened("accepted"));
  expect(clock.armed).toBe(0);
});

test("all of it is shown where that is asked for", () => {
  using whole = new LiveView((line) => lines.push(line), { all: true, clock });
  for (let count = 0; count < 1_000; count++) whole.show(happened("accepted"));
  expect(lines).toHaveLength(1_000);
});
