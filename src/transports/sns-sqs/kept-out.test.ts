/** What the filter of a system's subscription keeps out: proved beside something that passes it. */
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createHarness, type Harness } from "../../harness/index.ts";
import { type AwsSimulator, startAwsSimulator } from "../../simulator/index.ts";
import { snsSqs, type SnsSqs } from "./index.ts";

let simulator: AwsSimulator;
let aws: SnsSqs;
let harness: Harness<ReturnType<typeof channelsOf>>;
let stopped: AbortController;
let served: Promise<void>;

const channelsOf = () => ({ placed: aws.topic("placed"), billed: aws.topic("billed") });
const order = { attributes: { kind: "order" } };
const apple = { attributes: { kind: "apple" } };

/** A system that bills whatever comes to its queue. */
async function bill(sns: SNS, sqs: SQS, QueueUrl: string, signal: AbortSignal): Promise<void> {
  const { TopicArn } = await sns.createTopic({ Name: "billed" });
  while (!signal.aborted) {
    const { Messages = [] } = await sqs
      .receiveMessage({ QueueUrl, WaitTimeSeconds: 20 }, { abortSignal: signal })
      .catch(() => ({ Messages: [] }));
    for (const { Body: Message, ReceiptHandle } of Messages) {
      await sns.publish({ TopicArn, Message });
      await sqs.deleteMessage({ QueueUrl, ReceiptHandle });
    }
  }
}

async function open(filterPolicy: Record<string, unknown>): Promise<void> {
  await aws.subscribe("placed", "billing", { filterPolicy, raw: true });
  harness = await createHarness({ channels: channelsOf(), sla: "500ms" });
  const sqs = new SQS(simulator.config);
  const { QueueUrl = "" } = await sqs.getQueueUrl({ QueueName: "billing" });
  stopped = new AbortController();
  served = bill(new SNS(simulator.config), sqs, QueueUrl, stopped.signal);
}

beforeEach(async () => {
  simulator = await startAwsSimulator();
  aws = snsSqs({ sns: new SNS(simulator.config), sqs: new SQS(simulator.config), accounting: simulator });
  for (const topic of ["placed", "billed"]) await aws.createTopic(topic);
  await aws.createQueue("billing");
});
afterEach(async () => {
  stopped.abort();
  await served;
  await harness.close();
  await simulator.close();
});

test("it triggers nothing, where something else of the test passed", async () => {
  await open({ kind: ["order"] });
  await using scope = harness.scope("test");
  const { placed, billed } = scope.channels;
  const kept = await placed.send({ id: "apple" }, apple);
  const passed = await placed.send({ id: "order" }, order);
  await billed.exactly(1, { id: "order" });
  await billed.none({ id: "apple" });
  expect([simulator.keptOut(kept.id, [passed.id]), simulator.keptOut(kept.id, [])]).toEqual([true, false]);
  expect(simulator.reached(kept.id)).toBe(0);
});

test("what was lost is not what a filter kept out", async () => {
  await open({ kind: ["order"] });
  const scope = harness.scope("test");
  const { placed, billed } = scope.channels;
  using _lost = simulator.faults.on("billing").drop({ nth: 2 });
  for (const id of ["a", "b"]) await placed.send({ id }, order);
  await expect(billed.none({ id: "b" })).rejects.toMatchObject({ code: "UNHEARD" });
  await scope.close({ failed: true });
});

test("what a filter kept out of one system and a fault lost on its way to another is lost", async () => {
  await aws.subscribe("placed", "apples", { filterPolicy: { kind: ["apple"] }, raw: true });
  await open({ kind: ["order"] });
  const scope = harness.scope("test");
  const { placed, billed } = scope.channels;
  using _lost = simulator.faults.on("apples").drop();
  await placed.send({ id: "apple" }, apple);
  await placed.send({ id: "order" }, order);
  await billed.next({ id: "order" });
  await expect(billed.none({ id: "apple" })).rejects.toMatchObject({ code: "UNHEARD" });
  await scope.close({ failed: true });
});

test("what passes another system's filter says nothing of this one's", async () => {
  await aws.subscribe("placed", "archive", { filterPolicy: { kind: ["order"] }, raw: true });
  await open({ kind: ["ordr"] });
  const scope = harness.scope("test");
  const { placed, billed } = scope.channels;
  await placed.send({ id: "apple" }, apple);
  await placed.send({ id: "order" }, order);
  for (const message of await aws.receive("archive")) await message.delete();
  await expect(billed.none({ id: "apple" })).rejects.toMatchObject({ code: "UNHEARD" });
  await scope.close({ failed: true });
});

test("what passed a filter that was changed since says nothing of the one that is there now", async () => {
  await open({ kind: ["order"] });
  const scope = harness.scope("test");
  const { placed, billed } = scope.channels;
  await placed.send({ id: "order" }, order);
  await billed.next({ id: "order" });
  const sns = new SNS(simulator.config);
  const { Subscriptions = [] } = await sns.listSubscriptions();
  const { SubscriptionArn } = Subscriptions.find(({ Endpoint }) => Endpoint?.endsWith(":billing")) ?? {};
  await sns.setSubscriptionAttributes({
    SubscriptionArn,
    AttributeName: "FilterPolicy",
    AttributeValue: JSON.stringify({ kind: ["ordr"] }),
  });
  await placed.send({ id: "apple" }, apple);
  await expect(billed.none({ id: "apple" })).rejects.toMatchObject({ code: "UNHEARD" });
  await scope.close({ failed: true });
});

test("a filter that lets it pass is red", async () => {
  await open({ kind: ["order", "apple"] });
  await using scope = harness.scope("test");
  const { placed, billed } = scope.channels;
  await placed.send({ id: "apple" }, apple);
  await placed.send({ id: "order" }, order);
  await billed.exactly(1, { id: "order" });
  await expect(billed.none({ id: "apple" })).rejects.toMatchObject({ code: "UNEXPECTED_EVENT" });
});

test.for([
  ["nothing else was sent", { kind: ["order"] }, false],
  ["nothing passes the filter at all", { kind: ["ordr"] }, true],
] as const)("where %s, silence proves nothing", async ([, policy, both]) => {
  await open({ kind: [...policy.kind] });
  const scope = harness.scope("test");
  const { placed, billed } = scope.channels;
  await placed.send({ id: "apple" }, apple);
  if (both) await placed.send({ id: "order" }, order);
  await expect(billed.none({ id: "apple" })).rejects.toMatchObject({ code: "UNHEARD" });
  await scope.close({ failed: true });
});
