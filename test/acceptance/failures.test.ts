/** What failures say on a real simulator, with a system that reads by the SDK. */
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createHarness, type Harness } from "../../src/index.ts";
import { type AwsSimulator, startAwsSimulator } from "../../src/simulator/index.ts";
import { snsSqs } from "../../src/transports/sns-sqs/index.ts";
import { TinySystem } from "../support/open-harness.ts";
import { redOf } from "../support/red.ts";

let simulator: AwsSimulator;
let shop: Shop;
let harness: Harness<ReturnType<typeof channelsOf>>;

/** Announces each order, by the trace that it came with, and may forget to delete it. */
class Shop extends TinySystem {
  readonly #stop = new AbortController();
  readonly #ended: Promise<unknown>;
  deletes = true;

  constructor({ config }: AwsSimulator) {
    super();
    this.#ended = this.#work(new SQS(config), new SNS(config)).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) throw error;
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async #work(sqs: SQS, sns: SNS): Promise<void> {
    const { QueueUrl = "" } = await sqs.getQueueUrl({ QueueName: "orders" });
    const { TopicArn } = await sns.createTopic({ Name: "done" });
    for (;;) {
      const { Messages: [message] = [] } = await sqs.receiveMessage(
        { QueueUrl, WaitTimeSeconds: 20, MessageAttributeNames: ["All"] },
        { abortSignal: this.#stop.signal },
      );
      if (message === undefined) continue;
      const StringValue = message.MessageAttributes?.["traceparent"]?.StringValue;
      await sns.publish({
        TopicArn,
        Message: message.Body,
        MessageAttributes: { traceparent: { DataType: "String", StringValue } },
      });
      if (this.deletes) await sqs.deleteMessage({ QueueUrl, ReceiptHandle: message.ReceiptHandle });
    }
  }
}

function awsOf() {
  return snsSqs({ sns: new SNS(simulator.config), sqs: new SQS(simulator.config), accounting: simulator });
}

function channelsOf(aws: ReturnType<typeof awsOf>) {
  return {
    orders: aws.queue("orders"),
    done: aws.topic("done"),
    important: aws.topic("done", { filterPolicy: { kind: ["important"] } }),
  };
}

beforeEach(async () => {
  simulator = await startAwsSimulator();
  const aws = awsOf();
  await aws.createQueue("orders", { visibility: "30s" });
  await aws.createTopic("done");
  shop = new Shop(simulator);
  harness = await createHarness({ channels: channelsOf(aws), systems: [shop], sla: "300ms" });
});
afterEach(async () => {
  await harness.close();
  await shop.stop();
  await simulator.close();
});

test("a message that is handled and never deleted: each wait that rests on it asks whether it is acknowledged", async () => {
  shop.deletes = false;
  const scope = harness.scope("nothing is deleted");
  const { orders, done } = scope.channels;
  await orders.send({ id: "1" });
  await done.next({ id: "1" });
  await expect.poll(() => simulator.inspect("orders").polls).toBe(1);
  const asks =
    /1 in flight on orders \(receive 1\), not deleted, though orders is polled again: is it acknowledged\? Invisible for [\d.]+ s more: advance the simulator, or expireVisibility\("orders"\)\?/;
  for (const [code, wait] of [
    ["UNKNOWN", () => done.none()],
    ["UNKNOWN", () => done.exactly(1, { id: "1" })],
    ["SLA_VIOLATED", () => scope.settled()],
    ["WRONG_COUNT", () => done.exactly(2, { id: "1" })],
  ] as const) {
    const red = await redOf(wait());
    expect(red).toMatchObject({ code, hint: expect.stringContaining("does it not acknowledge") as string });
    expect(red.message).toMatch(asks);
    expect(red.message).not.toContain("came instead");
  }
  shop.deletes = true;
  // what the hint says
  expect(simulator.expireVisibility("orders")).toBe(1);
  await scope.settled();
  expect(simulator.inspect("orders")).toMatchObject({ ready: 0, inFlight: 0 });
  await scope.close({ failed: true });
});

test("the harness's own queues bear no random names where people read", async () => {
  const scope = harness.scope("own queues");
  const { orders, done, important } = scope.channels;
  await orders.send({ id: "1" });
  await done.next({ id: "1" });
  const red = await redOf(important.next({ id: "1" }));
  expect(red.message).toContain(
    'kept out by the filter policy {"kind":["important"]} of the harness\'s listener on done, message ',
  );
  expect(red.message).not.toMatch(/wakeful-/);
  expect(scope.timeline()).not.toMatch(/wakeful-/);
  await scope.close({ failed: true });
});

test("what is known to bring nothing more is not listened for after its time", async () => {
  const scope = harness.scope("nothing comes");
  const { orders, done } = scope.channels;
  await orders.send({ id: "1" });
  await done.next({ id: "1" });
  const red = await redOf(done.next({ id: "1" }, { within: "1s" }));
  expect(red.message).toContain("did not come again: an earlier wait took the one that came");
  expect(red.message).toContain("known     all work is done");
  // it would be twice the SLA else; what this process itself was late is allowed for
  const { waited, lateness } = red.facts["evidence"] as { waited: number; lateness: number };
  expect(waited).toBeGreaterThanOrEqual(1_000);
  expect(waited - 2 * lateness).toBeLessThan(2_000);
  await scope.close({ failed: true });
});
