import { describe, expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { LogBook } from "./log-book.ts";

function bookOf(limit = 100) {
  const clock = new ManualClock();
  return { clock, book: new LogBook({ system: "shop", clock, limit }) };
}

describe("lines", () => {
  test("are put together from pieces, of each stream by itself, with both kinds of line ends", () => {
    const { book } = bookOf();
    book.write("stdout", "one\ntw");
    book.write("stderr", "an er");
    book.write("stdout", "o\r\nthree");
    book.write("stderr", "ror\n");
    expect(book.lines()).toMatchObject([
      { stream: "stdout", text: "one" },
      { stream: "stdout", text: "two" },
      { stream: "stderr", text: "an error" },
    ]);
    book.end();
    expect(book.tail(1)).toEqual(["three"]);
  });

  test("without an end do not grow for ever", () => {
    const { book } = bookOf();
    for (let piece = 0; piece < 3; piece++) book.write("stdout", "x".repeat(600_000));
    expect(book.lines().map(({ text }) => text.length)).toEqual([1_200_000]);
  });

  test("are told to listeners, until these are disposed", () => {
    const { book } = bookOf();
    const told: string[] = [];
    const listener = book.listen(({ text }) => told.push(text));
    book.write("stdout", "one\n");
    listener[Symbol.dispose]();
    book.write("stdout", "two\n");
    expect(told).toEqual(["one"]);
  });
});

describe("questions", () => {
  test("an expression with a memory of its own gives the same answer each time", () => {
    const { book } = bookOf();
    book.write("stdout", "order registered\n");
    const sticky = /registered/gy;
    expect([book.contains(sticky), book.contains(/registered/g), book.contains(/registered/g)]).toEqual([
      true,
      true,
      true,
    ]);
  });

  test("a period includes the whole of its last millisecond, and nothing after it", async () => {
    const { book, clock } = bookOf();
    await clock.advance(10.6);
    book.write("stdout", "late in the millisecond\n");
    const until = new Date(Math.floor(clock.wall()));
    await clock.advance(1);
    book.write("stdout", "after it\n");
    expect(book.lines({ until }).map(({ text }) => text)).toEqual(["late in the millisecond"]);
    expect(book.lines({ since: new Date(until.getTime() + 1) }).map(({ text }) => text)).toEqual(["after it"]);
  });

  test("that only dropped lines could answer are an error, others are answered", async () => {
    const { book, clock } = bookOf(10);
    book.write("stdout", "error: lost\n");
    await clock.advance(1_000);
    for (let line = 0; line < 12; line++) book.write("stdout", `line ${line}\n`);
    expect(book.lines().length).toBeLessThanOrEqual(10);
    expect(() => book.contains("error")).toThrow(
      expect.objectContaining({ code: "LOG_INCOMPLETE", facts: expect.objectContaining({ system: "shop" }) }),
    );
    expect(() => book.count("line")).toThrow(expect.objectContaining({ code: "LOG_INCOMPLETE" }));
    expect(book.contains("line 11")).toBe(true);
    await clock.advance(1_000);
    const since = new Date(clock.wall());
    book.write("stdout", "new\n");
    expect(book.contains("error", { since })).toBe(false);
    expect(book.count("new", { since })).toBe(1);
    expect(book.contains("error", { until: new Date(0) })).toBe(false);
  });

  test("positions hold when lines are dropped", () => {
    const { book } = bookOf(10);
    for (let line = 0; line < 5; line++) book.write("stdout", `old ${line}\n`);
    const position = book.position;
    for (let line = 0; line < 8; line++) book.write("stdout", `new ${line}\n`);
    expect(book.textsSince(position)).toEqual(Array.from({ length: 8 }, (_, line) => `new ${line}`));
  });
});
