/** Cases of 120,000 messages, which would take long over HTTP. */
import { expect, test } from "vitest";
import { ManualClock } from "../../../../test/support/manual-clock.ts";
import { account, Broker } from "../../broker/broker.ts";
import { mostInFlight } from "../../broker/queue.ts";
import { VirtualClock } from "../../virtual-clock.ts";
import type { Input } from "./input.ts";
import { runSqs } from "./run.ts";

async function withAllInFlight(name: string, attributes: Record<string, string> = {}) {
  const caller = new AbortController();
  const broker = new Broker(new VirtualClock(new ManualClock()), "eu-west-1");
  const call = { broker, base: "http://127.0.0.1", accountId: account, caller };
  const run = async (action: string, input: Input = {}) =>
    await runSqs(action, { QueueUrl: `/${name}`, ...input }, call);
  await run("CreateQueue", { QueueName: name, Attributes: attributes });
  const queue = broker.queues.get(name);
  if (queue === undefined) throw new Error("no queue");
  for (let sent = 0; sent <= mostInFlight; sent++)
    broker.send(queue, { body: "x", attributes: {}, groupId: String(sent), deduplicationId: String(sent) });
  for (let received = 0; received < mostInFlight; received += 10) await queue.receive({ max: 10, wait: 0, caller });
  expect(queue.tally.total).toEqual({ delayed: 0, ready: 1, "in flight": mostInFlight });
  return { queue, run };
}

const timeout = 60_000;

test(
  "with 120,000 messages in flight a short poll is over the limit, and a long one waits for a delete",
  { timeout },
  async () => {
    const { queue, run } = await withAllInFlight("queue");
    await expect(run("ReceiveMessage")).rejects.toMatchObject({ code: "OverLimit", status: 403 });
    const poll = run("ReceiveMessage", { WaitTimeSeconds: 20 });
    const inFlight = [...queue.messages].find(({ state }) => state === "in flight");
    if (inFlight === undefined) throw new Error("none is in flight");
    await run("DeleteMessage", { ReceiptHandle: queue.receiptOf(inFlight) });
    expect(await poll).toMatchObject({ Messages: [{ Body: "x" }] });
  },
);

test("a FIFO queue with 120,000 messages in flight returns nothing, and no error", { timeout }, async () => {
  const { run } = await withAllInFlight("queue.fifo", { FifoQueue: "true" });
  expect(await run("ReceiveMessage")).toEqual({});
});
