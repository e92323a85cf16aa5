/** A queue that a harness made for itself, as people read of it. */
import { beforeEach, expect, test } from "vitest";
import { pausedSimulator } from "../../test/support/paused-simulator.ts";
import type { QueueClient } from "../../test/support/queue-client.ts";
import type { AwsSimulator } from "./index.ts";

const name = "wakeful-1-0f0f0f0f-placed";
const { signal } = new AbortController();

let simulator: AwsSimulator;
let client: QueueClient;
let TopicArn: string;

beforeEach(async () => {
  ({ simulator, client } = await pausedSimulator());
  TopicArn = await client.topic("placed", "orders", name);
  await client.sqs.tagQueue({ QueueUrl: client.url(name), Tags: { "wakeful:run": "1" } });
});

const where = async () => (await (await simulator.mark({}, signal)).pending(signal)).where;

test("what is on its way there is on its way to a listener on the topic", async () => {
  await client.sns.publish({ TopicArn, Message: "x" });
  expect(await where()).toEqual([
    "1 waiting on orders, which nobody is polling",
    "1 on the way to the harness's listener on placed",
  ]);
  await client.sns.deleteTopic({ TopicArn });
  expect(await where()).toContain("1 on the way to a listener of the harness's");
});

test("who holds up the time is a consumer of the listener", async () => {
  const receiving = client.sqs.receiveMessage({ QueueUrl: client.url(name), WaitTimeSeconds: 20 });
  await expect.poll(() => simulator.inspect(name).polls).toBe(1);
  await client.sns.publish({ TopicArn, Message: "x" });
  await receiving;
  const { notSettled } = await simulator.advance("1ms");
  expect(notSettled).toEqual(["1 consumer of the harness's listener on placed working on 1 message"]);
});
