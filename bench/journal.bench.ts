/** How many entries a second the journal takes with ten open waits, and what a retained event costs beside its payload. */
import { test } from "vitest";
import { Journal } from "../src/journal/index.ts";
import { systemClock } from "../src/time/index.ts";
import { writeResult } from "./support/results.ts";
import { summarize } from "./support/statistics.ts";

const entry = (index: number) => ({
  kind: "received" as const,
  arrivedAt: 0,
  channel: `channel-${index % 10}`,
  id: `message-${index}`,
  payload: { id: index },
  attributes: {},
  deliveries: 1,
  raw: undefined,
});

test("journal", { timeout: 300_000 }, () => {
  const rates: number[] = [];
  for (let round = 0; round < 15; round++) {
    const journal = new Journal({ clock: systemClock });
    let woken = 0;
    for (let wait = 0; wait < 10; wait++) journal.watch({ channel: `channel-${wait}` }, () => woken++);
    const count = 100_000;
    const before = performance.now();
    for (let index = 0; index < count; index++) journal.append(entry(index));
    rates.push(count / ((performance.now() - before) / 1_000));
    if (woken < count) throw new Error(`only ${woken} of ${count} entries woke a wait`);
  }
  const retained = 80_000;
  globalThis.gc?.();
  const empty = process.memoryUsage().heapUsed;
  const payloads = Array.from({ length: retained }, (_, index) => ({ id: index, text: `payload ${index}` }));
  globalThis.gc?.();
  const withPayloads = process.memoryUsage().heapUsed;
  const journal = new Journal({ clock: systemClock });
  for (const [index, payload] of payloads.entries()) journal.append({ ...entry(index), payload });
  globalThis.gc?.();
  const overhead = (process.memoryUsage().heapUsed - withPayloads) / retained;
  if (journal.last !== retained || empty > withPayloads) throw new Error("the measurement is not valid");
  writeResult({
    benchmark: "journal",
    figures: [
      {
        name: "journal: appends with ten open waits, median",
        value: summarize(rates).median,
        unit: "per s",
        atLeast: 500_000,
      },
      { name: "journal: memory of a retained event beside its payload", value: overhead, unit: "bytes", atMost: 1_024 },
    ],
    details: { rates },
  });
});
