/** How soon does a wait notice an event, and what does it cost to tell sixty cases by sleeping, polling or waiting? */
import { EventEmitter, once } from "node:events";
import { test } from "vitest";
import { createHarness } from "wakeful";
import { inProcess } from "wakeful/in-process";
import { writeResult, type Figure } from "./support/results.ts";
import { summarize, uniform } from "./support/statistics.ts";

interface Done {
  readonly id: string;
}
/** The fixed sleep and the poll that are measured beside Wakeful. */
const sleep = (length: number) => new Promise((resolve) => setTimeout(resolve, length));

test("events", { timeout: 600_000 }, async () => {
  const bus = new EventEmitter();
  using events = inProcess(bus, { finishesBeforeReply: true });
  await using harness = await createHarness({ channels: { done: events.event<Done>("done") } });
  const figures: Figure[] = [];

  const waiting: number[] = [];
  const raw: number[] = [];
  for (const [index, delay] of uniform(7, 2, 30, 200).entries()) {
    await using scope = harness.scope(`next ${index}`);
    let at = 0;
    setTimeout(() => {
      at = performance.now();
      bus.emit("done", { id: String(index) });
    }, delay);
    await scope.channels.done.next({ id: String(index) });
    waiting.push(performance.now() - at);
    setTimeout(() => {
      at = performance.now();
      bus.emit("done", { id: "raw" });
    }, delay);
    await once(bus, "done");
    raw.push(performance.now() - at);
  }
  const there: number[] = [];
  for (let index = 0; index < 200; index++) {
    await using scope = harness.scope(`there ${index}`);
    bus.emit("done", { id: String(index) });
    const before = performance.now();
    await scope.channels.done.next({ id: String(index) });
    there.push(performance.now() - before);
  }
  const [next, bare, already] = [summarize(waiting), summarize(raw), summarize(there)];
  figures.push(
    { name: "next(): after the transport's own callback, median", value: next.median, unit: "ms", atMost: 0.5 },
    { name: "next(): after the transport's own callback, p95", value: next.p95, unit: "ms", atMost: 2 },
    { name: "events.once, for comparison, median", value: bare.median, unit: "ms" },
    { name: "next(): an event that is already there, median", value: already.median, unit: "ms", atMost: 1 },
    { name: "next(): an event that is already there, p95", value: already.p95, unit: "ms" },
  );

  // sixty cases of a system that takes U(20,200) ms; what an immediate look misses is measured on the real service
  const delays = uniform(11, 20, 200, 60);
  const act = (index: number, delay: number, onDone: () => void) =>
    setTimeout(() => {
      onDone();
      bus.emit("done", { id: `case-${index}` });
    }, delay);
  const timed = async (run: (index: number, delay: number) => Promise<void>) => {
    const before = performance.now();
    for (const [index, delay] of delays.entries()) await run(index, delay);
    return performance.now() - before;
  };
  const slept = await timed(async (index, delay) => {
    let done = false;
    act(index, delay, () => (done = true));
    await sleep(1_000);
    if (!done) throw new Error("not done");
  });
  const polled = await timed(async (index, delay) => {
    let done = false;
    act(index, delay, () => (done = true));
    const isDone = () => done;
    while (!isDone()) await sleep(100);
  });
  const waited = await timed(async (index, delay) => {
    await using scope = harness.scope(`case ${index}`);
    act(index, delay, () => undefined);
    await scope.channels.done.next({ id: `case-${index}` });
  });
  figures.push(
    { name: "sixty cases: with sleeps of 1 s", value: slept / 1_000, unit: "s" },
    { name: "sixty cases: with a 100 ms poll", value: polled / 1_000, unit: "s" },
    { name: "sixty cases: with Wakeful", value: waited / 1_000, unit: "s" },
    { name: "sixty cases: sleeps / Wakeful", value: slept / waited, unit: "times" },
  );
  writeResult({ benchmark: "waiting", figures, details: { seeds: [7, 11] } });
});
