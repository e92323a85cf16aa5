import { expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { Broker } from "./broker/broker.ts";
import { defaultSettings } from "./aws/sqs/attributes.ts";
import type { Queue } from "./broker/queue.ts";
import { TimeTravel } from "./time-travel.ts";
import { VirtualClock } from "./virtual-clock.ts";

const hour = 3_600_000;

function open() {
  const clock = new ManualClock();
  const broker = new Broker(new VirtualClock(clock), "eu-west-1");
  onTestFinished(() => {
    broker.close();
  });
  return { clock, broker, travel: new TimeTravel(broker, new Set()) };
}

/** Polls again and again, `late` real milliseconds after each answer, until the test is over. */
async function consume(queue: Queue, clock: ManualClock, late: number): Promise<void> {
  const caller = new AbortController();
  onTestFinished(() => {
    caller.abort();
  });
  const { signal } = caller;
  while (!signal.aborted) {
    for (const message of await queue.receive({ max: 1, wait: 20_000, caller })) queue.delete(message);
    await new Promise<void>((resolve) => {
      clock.timer(late, resolve);
    });
  }
}

test("a day of long polls is no reason to give up, when each consumer comes back promptly", async () => {
  const { clock, broker, travel } = open();
  for (const name of ["one", "other"]) void consume(broker.createQueue(name, defaultSettings()), clock, 5);
  const { steps, took, notSettled } = await clock.until(travel.advance(() => 24 * hour));
  expect({ steps: steps >= 4_320, notSettled }).toEqual({ steps: true, notSettled: [] });
  // more than consumers that hang are waited for
  expect(took).toBeGreaterThan(20_000);
});

test("consumers that are slow at each step are waited for so long, and then it stops where it is", async () => {
  const { clock, broker, travel } = open();
  void consume(broker.createQueue("slow", defaultSettings()), clock, 900);
  const began = broker.time.now();
  const advance = travel.advance(() => 24 * hour);
  await expect(clock.until(advance)).rejects.toMatchObject({
    code: "TIME_NOT_SETTLED",
    facts: { holding: [expect.stringContaining("slow")] },
  });
  // some eleven polls of 20 s, and the real time that went by
  expect(broker.time.now() - began).toBeLessThan(5 * 60_000);
});
