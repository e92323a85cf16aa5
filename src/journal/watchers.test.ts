import { beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { Journal, type ReceivedEntry } from "./index.ts";

let journal: Journal;
beforeEach(() => {
  journal = new Journal({ clock: new ManualClock() });
});

function received(channel: string): ReceivedEntry {
  return {
    kind: "received",
    arrivedAt: 0,
    channel,
    id: "m",
    payload: {},
    attributes: {},
    deliveries: 1,
    raw: undefined,
  };
}

describe("watchers", () => {
  test("are told at once, in the order in which they came, of what they asked for", () => {
    const told: string[] = [];
    journal.watch({ channel: "a" }, () => told.push("first"));
    journal.watch({ channel: "a" }, () => told.push("second"));
    journal.watch({ channel: "b" }, () => told.push("other channel"));
    journal.watch({ kinds: ["log"] }, () => told.push("other kind"));
    journal.append(received("a"));
    expect(told).toEqual(["first", "second"]);
  });

  test("one that ends itself or the next while it is told does no harm", () => {
    const told: string[] = [];
    const first = journal.watch({ channel: "a" }, () => {
      told.push("first");
      first[Symbol.dispose]();
      second[Symbol.dispose]();
    });
    const second = journal.watch({ channel: "a" }, () => told.push("second"));
    journal.watch({ channel: "a" }, () => told.push("third"));
    journal.append(received("a"));
    journal.append(received("a"));
    expect(told).toEqual(["first", "third", "third"]);
  });

  test("of one channel and of all are told in one order, whichever came first", () => {
    const told: string[] = [];
    journal.watch({}, () => told.push("all"));
    journal.watch({ channel: "a" }, () => told.push("a"));
    const again = journal.watch({}, () => told.push("all again"));
    journal.watch({ channel: "a" }, () => told.push("a again"));
    journal.append(received("a"));
    expect(told.splice(0)).toEqual(["all", "a", "all again", "a again"]);
    again[Symbol.dispose]();
    journal.append(received("a"));
    journal.append(received("b"));
    expect(told).toEqual(["all", "a", "a again", "all"]);
  });

  test("one that begins while an entry is told hears of the next one only", () => {
    const told: number[] = [];
    const first = journal.watch({ channel: "a" }, () => {
      first[Symbol.dispose]();
      journal.append(received("a"));
      journal.watch({ channel: "a" }, ({ sequence }) => told.push(sequence));
    });
    journal.append(received("a"));
    journal.append(received("a"));
    expect(told).toEqual([3]);
  });

  test("hear of entries in their order, also of those appended meanwhile, which are in the journal at once", () => {
    const told: string[] = [];
    journal.watch({ channel: "a" }, ({ sequence }) => {
      if (sequence === 1) expect(journal.append(received("a")).sequence).toBe(journal.last);
      told.push(`first ${sequence}`);
    });
    journal.watch({ channel: "a" }, ({ sequence }) => told.push(`second ${sequence}`));
    journal.append(received("a"));
    expect(told).toEqual(["first 1", "second 1", "first 2", "second 2"]);
  });

  test("hear of the entry before they hear of the gap that it made", () => {
    const small = new Journal({ clock: new ManualClock(), maxEntries: 10 });
    const told: number[] = [];
    small.watch({}, ({ sequence }) => told.push(sequence));
    for (let index = 0; index < 20; index++) small.append(received("a"));
    expect(told).toEqual(Array.from({ length: small.last }, (_, index) => index + 1));
  });

  test("are all told when one throws; the append goes on, and a fault says so", () => {
    const told: number[] = [];
    const cause = new Error("a watcher's own");
    journal.watch({ channel: "a" }, () => {
      throw cause;
    });
    journal.watch({ channel: "a" }, ({ sequence }) => told.push(sequence));
    expect(journal.append(received("a")).sequence).toBe(1);
    journal.append(received("b"));
    expect(told).toEqual([1]);
    expect([...journal.entries(2)]).toMatchObject([{ kind: "fault", cause }, { channel: "b" }]);
  });

  test("one that throws at everything makes one fault of each entry, not one of each fault", () => {
    journal.watch({}, () => {
      throw new Error("always");
    });
    journal.append(received("a"));
    expect([...journal.entries()].map(({ kind }) => kind)).toEqual(["received", "fault"]);
  });
});
