/** Dead letters that go back, by the channel and by the broker, on the simulator. */
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { errorOf } from "../../../test/support/red.ts";
import { createHarness } from "../../harness/index.ts";
import { type AwsSimulator, startAwsSimulator } from "../../simulator/index.ts";
import { snsSqs, type SnsSqs } from "./index.ts";

let simulator: AwsSimulator;
let sns: SNS;
let sqs: SQS;
let aws: SnsSqs;

beforeEach(async () => {
  simulator = await startAwsSimulator();
  sns = new SNS({ ...simulator.config, maxAttempts: 1 });
  sqs = new SQS({ ...simulator.config, maxAttempts: 1 });
  aws = snsSqs({ sns, sqs, accounting: simulator });
});
afterEach(async () => {
  sns.destroy();
  sqs.destroy();
  await simulator.close();
});

async function createPair(suffix = "") {
  const [queue, dead] = [`orders${suffix}`, `orders--dlq${suffix}`];
  await aws.createQueue(dead);
  const url = await aws.createQueue(queue, { deadLetters: { queue: dead, maxReceives: 1 } });
  return { queue, dead, url };
}

/** Everybody receives the message once and lets it go, so that the next receive gives it up. */
async function giveUp(queue: string): Promise<void> {
  for (const message of await aws.receive(queue)) await message.release();
  expect(await aws.receive(queue)).toEqual([]);
}

const letter = {
  MessageBody: '{"id":"a"}',
  MessageAttributes: {
    count: { DataType: "Number", StringValue: "7" },
    custom: { DataType: "String.uuid", StringValue: "u" },
    bytes: { DataType: "Binary.png", BinaryValue: new Uint8Array([1, 255]) },
  },
  MessageSystemAttributes: {
    AWSTraceHeader: { DataType: "String", StringValue: "Root=1-5759e988-bd862e3fe1be46a994272793" },
  },
} as const;

describe("the channel's redrive", () => {
  test.for(["", ".fifo"])(
    "gives the system what the broker's own redrive gives it, queue type '%s'",
    async (suffix, { expect }) => {
      const { queue, dead, url: QueueUrl } = await createPair(suffix);
      const group = suffix === "" ? {} : { MessageGroupId: "one", MessageDeduplicationId: "1" };
      const receive = async () => {
        const all = { MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All"] as "All"[] };
        const { Messages: [message] = [] } = await sqs.receiveMessage({ QueueUrl, ...all });
        await sqs.deleteMessage({ QueueUrl, ReceiptHandle: message?.ReceiptHandle });
        const { MessageId = "", ReceiptHandle: _, Attributes = {}, ...seen } = message ?? {};
        const { SentTimestamp, ApproximateFirstReceiveTimestamp, SequenceNumber, ...system } = Attributes;
        expect([SentTimestamp, ApproximateFirstReceiveTimestamp]).toEqual([expect.any(String), expect.any(String)]);
        expect(typeof SequenceNumber).toBe(suffix === "" ? "undefined" : "string");
        // of a letter it is the letter's own id
        if (suffix !== "") expect(system.MessageDeduplicationId).toBe(lettersId);
        return { id: MessageId, seen, system: { ...system, MessageDeduplicationId: undefined } };
      };
      let lettersId = "";
      const send = async (more: object) => {
        lettersId = (await sqs.sendMessage({ QueueUrl, ...letter, ...group, ...more })).MessageId ?? "";
        await giveUp(queue);
      };
      await send({});
      await aws.redrive(dead);
      const byBroker = await receive();
      expect(byBroker.id).not.toBe(lettersId);

      await using harness = await createHarness({ channels: { dead: aws.deadLetters(dead) } });
      await using scope = harness.scope("test");
      await send(suffix === "" ? {} : { MessageDeduplicationId: "2" });
      await scope.channels.dead.next({ id: "a" });
      const [sent] = await scope.channels.dead.redrive();
      const byChannel = await receive();
      expect(byChannel.id).toBe(sent?.id);
      expect(byChannel).toEqual({ ...byBroker, id: byChannel.id });
    },
  );

  test("is heard when somebody reads the queue, and settled when it is worked off", async () => {
    const { queue, dead, url: QueueUrl } = await createPair();
    await using harness = await createHarness({ channels: { dead: aws.deadLetters(dead) } });
    await using scope = harness.scope("test");
    await sqs.sendMessage({ QueueUrl, ...letter });
    await giveUp(queue);
    await scope.channels.dead.next({ id: "a" });
    const [sent] = await scope.channels.dead.redrive();
    expect(sent?.reached).toBe(1);
    const pending = await (
      await simulator.mark({}, new AbortController().signal)
    ).pending(new AbortController().signal);
    expect(pending).toMatchObject({ waiting: 1, undelivered: 0 });
    await (await aws.receive(queue))[0]?.delete();
    expect(simulator.inspect(dead)).toMatchObject({ ready: 0, inFlight: 0 });
  });

  test("of what a system sent to the dead letters itself goes to the source that was declared, or is refused", async () => {
    const { queue, dead } = await createPair();
    const { url: QueueUrl } = await aws.inspect(dead);
    for (const source of [undefined, queue]) {
      const channel = aws.deadLetters(dead, source === undefined ? {} : { source });
      await using harness = await createHarness({ channels: { dead: channel } });
      await using scope = harness.scope("test");
      await sqs.sendMessage({ QueueUrl, ...letter });
      await scope.channels.dead.next({ id: "a" });
      if (source === undefined) {
        expect(await errorOf(scope.channels.dead.redrive())).toMatchObject({ code: "REDRIVE_SOURCE_UNKNOWN" });
        expect(await aws.receive(queue)).toEqual([]);
      } else {
        await scope.channels.dead.redrive();
        expect(await aws.receive(queue)).toHaveLength(1);
      }
    }
  });

  test("of a letter in the wrapper of a subscription that is not raw keeps the wrapper", async () => {
    const { queue, dead } = await createPair();
    await aws.subscribe("orders", queue, { raw: false });
    await using harness = await createHarness({
      channels: { dead: aws.deadLetters(dead), orders: aws.topic("orders") },
    });
    await using scope = harness.scope("test");
    await scope.channels.orders.send({ id: "a" });
    const [before] = await aws.receive(queue, { visibility: 0 });
    expect(await aws.receive(queue)).toEqual([]);
    await scope.channels.dead.next({ id: "a" });
    await scope.channels.dead.redrive({ id: "a" });
    const { Messages: [after] = [] } = await sqs.receiveMessage({ QueueUrl: (await aws.inspect(queue)).url });
    expect(JSON.parse(after?.Body ?? "")).toMatchObject({ Type: "Notification", Message: '{"id":"a"}' });
    expect(before?.body).toBe('{"id":"a"}');
  });

  test.for([true, false])("of a letter that is given up again leaves another letter, raw delivery %s", async (raw) => {
    const { queue, dead } = await createPair();
    await aws.subscribe("orders", queue, { raw });
    await using harness = await createHarness({
      channels: { dead: aws.deadLetters(dead), orders: aws.topic("orders") },
      sla: 200,
    });
    const scope = harness.scope("test");
    await scope.channels.orders.send({ id: "a" });
    await giveUp(queue);
    const first = await scope.channels.dead.next({ id: "a" });
    const [back] = await scope.channels.dead.redrive({ id: "a" });
    await giveUp(queue);
    await expect(scope.channels.dead.none({ id: "a" })).rejects.toMatchObject({ code: "UNEXPECTED_EVENT" });
    const second = await scope.channels.dead.exactly(2, { id: "a" });
    expect(second.map(({ id }) => id)).toEqual([first.id, back?.id]);
    await scope.close();
  });
});

describe("on a queue that others use too", () => {
  test("a letter that was held goes back once, and those of others stay", async () => {
    const { queue, dead, url: QueueUrl } = await createPair();
    const shared = snsSqs({ sns, sqs });
    const harness = await createHarness({ channels: { dead: shared.deadLetters(dead, { allow: true }) } });
    const scope = harness.scope("test");
    for (const id of ["nobody's", "another's"])
      await sqs.sendMessage({ QueueUrl, MessageBody: JSON.stringify({ id }) });
    await giveUp(queue);
    await scope.channels.dead.next({ id: "another's" });
    // held, because nothing says whose it is
    await expect.poll(() => simulator.inspect(dead)).toMatchObject({ ready: 0, inFlight: 2 });
    await scope.channels.dead.redrive({ id: "nobody's" });
    await scope.close();
    await harness.close();
    expect((await aws.receive(queue)).map(({ body }) => body)).toEqual(['{"id":"nobody\'s"}']);
    expect((await aws.receive(dead)).map(({ body }) => body)).toEqual(['{"id":"another\'s"}']);
  });
});

describe("the broker's redrive, by hand", () => {
  async function withLetters(count: number) {
    const { queue, dead } = await createPair();
    for (let sent = 0; sent < count; sent++)
      await sqs.sendMessage({ QueueUrl: (await aws.inspect(queue)).url, MessageBody: String(sent) });
    await giveUp(queue);
    return { queue, dead };
  }

  test("waits until a task with a rate is done, in virtual time", async () => {
    const { queue, dead } = await withLetters(3);
    const moving = aws.redrive(dead, { perSecond: 1 });
    await expect.poll(() => simulator.inspect(queue).ready).toBe(1);
    await simulator.advance("2s");
    expect(await moving).toBe(3);
    expect(simulator.inspect(queue).ready).toBe(3);
  });

  test("moves to another queue", async () => {
    const { queue, dead } = await withLetters(1);
    await aws.createQueue("other");
    expect(await aws.redrive(dead, { to: "other" })).toBe(1);
    expect([simulator.inspect(queue).ready, simulator.inspect("other").ready]).toEqual([0, 1]);
  });

  test("cancels the task when it is aborted", async () => {
    const { queue, dead } = await withLetters(3);
    const controller = new AbortController();
    const moving = errorOf(aws.redrive(dead, { perSecond: 1, signal: controller.signal }));
    await expect.poll(() => simulator.inspect(queue).ready).toBe(1);
    controller.abort(new Error("enough"));
    expect(await moving).toMatchObject({ message: "enough" });
    await simulator.advance("5s");
    expect(simulator.inspect(queue).ready).toBe(1);
  });

  test("says why a task failed: it met a message that came from nowhere", async () => {
    const { dead } = await withLetters(0);
    await sqs.sendMessage({ QueueUrl: (await aws.inspect(dead)).url, MessageBody: "put there" });
    expect(await errorOf(aws.redrive(dead))).toMatchObject({
      code: "REDRIVE_FAILED",
      facts: { queue: dead, moved: 0, status: "FAILED", reason: "CouldNotDetermineMessageSource" },
    });
  });
});
