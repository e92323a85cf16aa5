import { expect, test } from "vitest";
import type { MessageState } from "./message.ts";
import { type Counts, Tally } from "./tally.ts";

const states: readonly MessageState[] = ["delayed", "ready", "in flight", "gone"];

test("5,000 moves of messages of few traces: the counts are those of the messages", () => {
  const tally = new Tally();
  const messages = Array.from({ length: 12 }, (_, index) => ({
    trace: ["", "a", "a", "b"][index % 4] as string,
    state: "gone" as MessageState,
  }));
  const counted = (of: (trace: string) => boolean): Counts => {
    const found = messages.filter(({ trace }) => of(trace));
    const count = (state: MessageState) => found.filter((message) => message.state === state).length;
    return { delayed: count("delayed"), ready: count("ready"), "in flight": count("in flight") };
  };
  for (let move = 0, random = 1; move < 5_000; move++) {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    const message = messages[(random >>> 8) % messages.length] as (typeof messages)[number];
    const to = states[(random >>> 16) % states.length] as MessageState;
    if (to === message.state) continue;
    tally.move(message.trace, message.state, to);
    message.state = to;
    expect(tally.total).toEqual(counted(() => true));
    expect(tally.sum()).toEqual(counted(() => true));
    for (const id of ["", "a", "b", "unknown"]) {
      expect(tally.sum(id)).toEqual(counted((trace) => trace === "" || trace === id));
    }
  }
});
