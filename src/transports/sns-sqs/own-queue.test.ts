/** What a killed run leaves on a broker that others use too, and how it goes away. */
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { createHarness } from "../../harness/index.ts";
import { type AwsSimulator, startAwsSimulator } from "../../simulator/index.ts";
import { snsSqs } from "./index.ts";

const hours = 3_600_000;
let simulator: AwsSimulator;
let sns: SNS;
let sqs: SQS;

beforeEach(async () => {
  simulator = await startAwsSimulator();
  sns = new SNS({ ...simulator.config, maxAttempts: 1 });
  sqs = new SQS({ ...simulator.config, maxAttempts: 1 });
  await snsSqs({ sns, sqs }).createTopic("orders");
});
afterEach(async () => {
  sns.destroy();
  sqs.destroy();
  await simulator.close();
});

/** A listener whose process is killed later: nobody closes it. */
async function listen(run: string, clock: ManualClock) {
  const aws = snsSqs({ sns, sqs, run, clock });
  return await createHarness({ channels: { orders: aws.topic("orders") } });
}
const queues = () => simulator.queues.filter((name) => name.startsWith("wakeful-"));
const subscriptions = async () => (await sns.listSubscriptions()).Subscriptions?.length;

test("queue and subscription of a killed run are swept away six hours later, by the next that listens", async () => {
  const clock = new ManualClock();
  await listen("killed", clock);
  const later = new ManualClock();
  await later.advance(5 * hours);
  const early = await listen("early", later);
  expect([queues().length, await subscriptions()]).toEqual([2, 2]);
  await early.close();
  await later.advance(2 * hours);
  const heir = await listen("heir", later);
  expect(queues()).toEqual([expect.stringMatching(/^wakeful-heir-/)]);
  expect(await subscriptions()).toBe(1);
  await heir.close();
});

test("a run that goes on puts its expiry off", async () => {
  const clock = new ManualClock();
  const long = await listen("long", clock);
  for (let hour = 0; hour < 8; hour++) await clock.advance(hours);
  const url = (await sqs.listQueues({ QueueNamePrefix: "wakeful-long" })).QueueUrls?.[0];
  await expect
    .poll(async () => (await sqs.listQueueTags({ QueueUrl: url })).Tags?.["wakeful:expires"])
    .toBe("2026-01-01T14:00:00.000Z");
  expect(await snsSqs({ sns, sqs, clock }).sweep()).toEqual({ queues: [], subscriptions: [] });
  await long.close();
  expect(queues()).toEqual([]);
});

test("sweeping touches nothing that is not a harness's own", async () => {
  await sqs.createQueue({ QueueName: "wakeful-by-name-only" });
  await sqs.createQueue({ QueueName: "customers", tags: { "wakeful:run": "x", "wakeful:expires": "2020-01-01" } });
  await sqs.createQueue({ QueueName: "wakeful-x-1-t", tags: { "wakeful:run": "x", "wakeful:expires": "2020-01-01" } });
  expect(await snsSqs({ sns, sqs }).sweep()).toMatchObject({ queues: ["wakeful-x-1-t"] });
  expect(simulator.queues).toEqual(["wakeful-by-name-only", "customers"]);
});

test("sweeping leaves subscriptions of queues that it cannot see: those of other regions", async () => {
  const TopicArn = await snsSqs({ sns, sqs }).createTopic("orders");
  const Endpoint = "arn:aws:sqs:us-east-1:000000000000:wakeful-r1-00000000-orders";
  const { SubscriptionArn } = await sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint, ReturnSubscriptionArn: true });
  expect(await snsSqs({ sns, sqs }).sweep()).toEqual({ queues: [], subscriptions: [] });
  expect((await sns.listSubscriptions()).Subscriptions).toMatchObject([{ SubscriptionArn }]);
});

test("listening looks at the account's subscriptions only when a queue has expired", async () => {
  let looks = 0;
  const counting = new Proxy(sns, {
    get: (target, name) => {
      if (name === "listSubscriptions") looks++;
      return (Reflect.get(target, name) as () => unknown).bind(target);
    },
  });
  const later = new ManualClock();
  await later.advance(7 * hours);
  const aws = () => snsSqs({ sns: counting, sqs, clock: later });
  await (await createHarness({ channels: { orders: aws().topic("orders") } })).close();
  expect(looks).toBe(0);
  await listen("killed", new ManualClock());
  await (await createHarness({ channels: { orders: aws().topic("orders") } })).close();
  expect(looks).toBe(1);
});

test.for(["", "run 1", "a/b", "x".repeat(41)])("a run cannot be called '%s': names and tags are made of it", (run) => {
  expect(() => snsSqs({ sns, sqs, run })).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }) as Error);
});

test("the longest names leave room for what makes a queue's name its own", async () => {
  const topic = `${"t".repeat(251)}.fifo`;
  await snsSqs({ sns, sqs }).createTopic(topic);
  const harness = await createHarness({ channels: { orders: snsSqs({ sns, sqs, run: "r".repeat(40) }).topic(topic) } });
  expect(queues()).toEqual([expect.stringMatching(/^wakeful-r{40}-[0-9a-f]{8}-t+\.fifo$/)]);
  expect(queues()[0]).toHaveLength(80);
  await harness.close();
});
