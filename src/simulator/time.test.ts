/** Virtual time, as tests move it. */
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { HttpReceiver } from "../../test/conformance/http-receiver.ts";
import { systemClock } from "../time/index.ts";
import { type AwsSimulator, startAwsSimulator } from "./index.ts";

let simulator: AwsSimulator;
let sqs: SQS;

beforeEach(async () => {
  simulator = await startAwsSimulator();
  sqs = new SQS(simulator.config);
});
afterEach(async () => {
  sqs.destroy();
  await simulator.close();
});

async function queueWith(...delays: number[]): Promise<string> {
  const { QueueUrl = "" } = await sqs.createQueue({ QueueName: "work" });
  for (const DelaySeconds of delays) await sqs.sendMessage({ QueueUrl, MessageBody: "x", DelaySeconds });
  return QueueUrl;
}
const ready = () => simulator.inspect("work").ready;

describe("advanceTo", () => {
  test("goes to a moment, on whose way everything happens", async () => {
    await queueWith(30, 60, 300);
    const target = new Date(simulator.now().getTime() + 61_000);
    await simulator.advanceTo(target);
    expect(ready()).toBe(2);
    expect(simulator.now().getTime()).toBeGreaterThanOrEqual(target.getTime());
  });

  test.for([new Date(0), new Date(Number.NaN)])("refuses %s", async (moment) => {
    await expect(simulator.advanceTo(moment)).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });
});

describe("advanceToNext", () => {
  test("goes from deadline to deadline, and no further", async () => {
    simulator.pause();
    await queueWith(30, 60);
    expect(await simulator.advanceToNext()).toMatchObject({ by: 30_000, steps: 1 });
    expect(ready()).toBe(1);
    expect(await simulator.advanceToNext()).toMatchObject({ by: 30_000, steps: 1 });
    expect(ready()).toBe(2);
  });

  test("stays where it is with nothing ahead", async () => {
    expect(await simulator.advanceToNext()).toMatchObject({ by: 0 });
  });
});

describe("pause", () => {
  test("stops the time until it is resumed, and advance moves it meanwhile", async () => {
    await queueWith(30);
    simulator.pause();
    const stands = simulator.now();
    await new Promise((resolve) => setImmediate(resolve));
    expect(simulator.now()).toEqual(stands);
    await simulator.advance("29s");
    expect(simulator.now().getTime() - stands.getTime()).toBe(29_000);
    expect(ready()).toBe(0);
    await simulator.advance("1s");
    expect(ready()).toBe(1);
    expect(simulator.now().getTime() - stands.getTime()).toBe(30_000);
    simulator.resume();
    await expect.poll(() => simulator.now().getTime() - stands.getTime()).toBeGreaterThan(30_000);
  });

  test("nothing comes due by itself while it lasts", async () => {
    const QueueUrl = await queueWith();
    await sqs.sendMessage({ QueueUrl, MessageBody: "x" });
    await sqs.receiveMessage({ QueueUrl, VisibilityTimeout: 1 });
    simulator.pause();
    const { visibleIn } = simulator.inspect("work").messages[0] ?? {};
    await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["All"] });
    expect(simulator.inspect("work").messages[0]?.visibleIn).toBe(visibleIn);
    simulator.resume();
    await simulator.advance("1s");
    expect(ready()).toBe(1);
  });
});

test("each simulator has a clock of its own", async () => {
  await using other = await startAwsSimulator();
  await simulator.advance("1h");
  expect(simulator.now().getTime() - other.now().getTime()).toBeGreaterThan(3_590_000);
});

describe("consumers", () => {
  test("that poll briefly, again and again, get a message as often as its retries say", async () => {
    const { QueueUrl: dead = "" } = await sqs.createQueue({ QueueName: "dead" });
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl: dead, AttributeNames: ["QueueArn"] });
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.["QueueArn"], maxReceiveCount: 3 });
    const { QueueUrl = "" } = await sqs.createQueue({ QueueName: "work", Attributes: { RedrivePolicy } });
    const stop = new AbortController();
    let receives = 0;
    const consumer = (async () => {
      while (!stop.signal.aborted) {
        const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 0 });
        receives += Messages.length;
        await new Promise((resolve) => setTimeout(resolve, 20)); // the consumer's own pace: it asks briefly, again and again
      }
    })();
    await sqs.sendMessage({ QueueUrl, MessageBody: "x" });
    await expect.poll(() => receives).toBe(1);
    await simulator.advance("90s");
    stop.abort();
    await consumer;
    expect(receives).toBe(3);
    expect(simulator.inspect("dead").ready).toBe(1);
  });

  test("that come later are reached by what was sent before", async () => {
    const { QueueUrl = "" } = await sqs.createQueue({ QueueName: "work" });
    const { MessageId = "" } = await sqs.sendMessage({ QueueUrl, MessageBody: "x" });
    expect(simulator.reached(MessageId)).toBe(0);
    await sqs.receiveMessage({ QueueUrl });
    expect(simulator.reached(MessageId)).toBe(1);
  });
});

test("what is put off at the beginning of an advance, by its length, comes due in it", async () => {
  let readings = 0;
  // each look at this clock takes 2 ms
  const clock = { ...systemClock, wall: () => systemClock.wall() + 2 * readings++ };
  await using slow = await startAwsSimulator({ clock });
  await using receiver = await HttpReceiver.listen();
  const sns = new SNS(slow.config);
  onTestFinished(() => {
    sns.destroy();
  });
  const { TopicArn = "" } = await sns.createTopic({ Name: "placed" });
  await sns.subscribe({ TopicArn, Protocol: "http", Endpoint: receiver.url });
  const [asked] = await receiver.take("SubscriptionConfirmation");
  const { Token = "" } = JSON.parse(asked?.body ?? "") as { Token?: string };
  await sns.confirmSubscription({ TopicArn, Token });
  receiver.answer = 429;
  await sns.publish({ TopicArn, Message: "x" });
  // tried again after 20 s
  await slow.advance("20s");
  expect(receiver.ofType("Notification")).toHaveLength(2);
});

describe("what moves the time stands in the timeline", () => {
  const notes: string[] = [];
  beforeEach(() => {
    notes.length = 0;
    const listening = simulator.notes(({ text, routine }) => routine !== true && notes.push(text));
    onTestFinished(() => {
      listening[Symbol.dispose]();
    });
  });

  test("alone, when all consumers are back", async () => {
    await simulator.advance("90s");
    expect(notes).toEqual(["simulator: time advanced by 1 min 30 s"]);
  });

  test.for([
    ["still works on its message", false, "1 consumer of work working on 1 message"],
    ["has done its work and does not ask again", true, "1 consumer of work that asked no more"],
  ] as const)("with a consumer that %s, which is told once it was waited for", async ([, done, holding]) => {
    const { QueueUrl = "" } = await sqs.createQueue({ QueueName: "work" });
    await sqs.sendMessage({ QueueUrl, MessageBody: "x" });
    const { Messages } = await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 1, VisibilityTimeout: 600 });
    if (done) await sqs.deleteMessage({ QueueUrl, ReceiptHandle: Messages?.[0]?.ReceiptHandle });
    const { notSettled } = await simulator.advance("90s");
    expect(notSettled).toEqual([holding]);
    expect(notes).toEqual([`simulator: time advanced by 1 min 30 s; not back at their polls: ${holding}`]);
  });
});
