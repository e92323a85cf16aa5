/**
 * The transport as its users see it, on our simulator and on fauxqs: a transport that works only on our own broker proves
 * little. Neither has an accounting here, as on AWS. Where fauxqs is known not to do what AWS does, a case must fail on it.
 */
import { randomUUID } from "node:crypto";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrokerName, brokers, type TestBroker } from "../../../test/support/brokers.ts";
import { errorOf } from "../../../test/support/red.ts";
import { createHarness, type Declarations, type Scope } from "../../harness/index.ts";
import { snsSqs, type SnsSqs } from "./index.ts";

interface Surroundings {
  readonly aws: SnsSqs;
  readonly sqs: SQS;
  /** A name that nobody used before. */
  readonly fresh: (what: string) => string;
}

interface Case {
  readonly title: string;
  readonly run: (surroundings: Surroundings) => Promise<void>;
  /** What fauxqs does instead. */
  readonly fauxqs?: string;
}

async function withScope<D extends Declarations>(channels: D, body: (scope: Scope<D>) => Promise<void>): Promise<void> {
  await using harness = await createHarness({ channels, sla: "2s" });
  await using scope = harness.scope("test");
  await body(scope);
}

/** A queue whose dead letters are kept, with one that was given up: by the reader of the queue, by hand. */
async function withLetter({ aws, fresh }: Surroundings, suffix = "") {
  const [dead, queue] = [`${fresh("dead")}${suffix}`, `${fresh("queue")}${suffix}`];
  await aws.createQueue(dead);
  await aws.createQueue(queue, { deadLetters: { queue: dead, maxReceives: 1 } });
  const giveUp = async () => {
    for (const message of await aws.receive(queue)) await message.release();
    expect(await aws.receive(queue)).toEqual([]);
  };
  return { dead, queue, giveUp };
}

const cases: readonly Case[] = [
  {
    title: "creating is idempotent; .fifo makes FIFO, and the content deduplicates nothing",
    async run({ aws, sqs, fresh }) {
      const [topic, queue] = [`${fresh("topic")}.fifo`, `${fresh("queue")}.fifo`];
      expect(await aws.createTopic(topic)).toBe(await aws.createTopic(topic));
      expect(await aws.createQueue(queue)).toBe(await aws.createQueue(queue));
      const { attributes, arn, url } = await aws.inspect(queue);
      expect(attributes).toMatchObject({ FifoQueue: "true", ContentBasedDeduplication: "false" });
      expect(arn.endsWith(`:${queue}`)).toBe(true);
      expect((await sqs.getQueueUrl({ QueueName: queue })).QueueUrl).toBe(url);
    },
  },
  {
    title: "a fan-out reaches two queues, with the attributes in one shape, wrapped or raw",
    async run({ aws, fresh }) {
      const topic = fresh("topic");
      const [raw, wrapped] = [fresh("raw"), fresh("wrapped")];
      await aws.subscribe(topic, raw);
      await aws.subscribe(topic, wrapped, { raw: false });
      await withScope({ topic: aws.topic(topic) }, async (scope) => {
        await scope.channels.topic.send({ id: 1 }, { attributes: { kind: "new", bytes: new Uint8Array([1, 255]) } });
      });
      for (const queue of [raw, wrapped]) {
        const [message] = await aws.receive(queue, { wait: "2s" });
        expect(message?.body).toBe('{"id":1}');
        expect(message?.attributes).toMatchObject({ kind: "new", bytes: new Uint8Array([1, 255]) });
      }
    },
  },
  {
    title: "a queue that is subscribed to two topics may be sent to from both",
    async run({ aws, fresh }) {
      const [one, two, queue] = [fresh("one"), fresh("two"), fresh("queue")];
      await aws.subscribe(one, queue);
      await aws.subscribe(two, queue);
      await aws.subscribe(two, queue);
      const { Statement } = JSON.parse((await aws.inspect(queue)).attributes["Policy"] ?? "") as {
        Statement: object[];
      };
      expect(Statement).toMatchObject(
        [one, two].map((topic) => ({
          Condition: { ArnEquals: { "aws:SourceArn": expect.stringContaining(topic) as string } },
        })),
      );
    },
  },
  {
    title: "a filter policy lets one of two pass, by attributes or by the body",
    async run({ aws, fresh }) {
      const topic = fresh("topic");
      const [all, byAttribute, byBody] = [fresh("all"), fresh("attribute"), fresh("body")];
      await aws.subscribe(topic, all);
      await aws.subscribe(topic, byAttribute, { filterPolicy: { kind: ["new"] } });
      await aws.subscribe(topic, byBody, { filterPolicy: { kind: ["new"] }, filterPolicyScope: "MessageBody" });
      await withScope({ topic: aws.topic(topic) }, async ({ channels }) => {
        await channels.topic.send({ kind: "old", id: 1 }, { attributes: { kind: "new" } });
        await channels.topic.send({ kind: "new", id: 2 }, { attributes: { kind: "old" } });
      });
      const idsOn = async (queue: string) =>
        (await aws.receive(queue, { wait: "2s" })).map(({ body }) => (JSON.parse(body) as { id: number }).id);
      expect([await idsOn(all), await idsOn(byAttribute), await idsOn(byBody)]).toEqual([[1, 2], [1], [2]]);
    },
  },
  {
    title: "one topic is two channels, each hearing its kind of event",
    async run({ aws, fresh }) {
      const topic = fresh("topic");
      await aws.createTopic(topic);
      const kind = (name: string) =>
        aws.topic(topic, { filterPolicy: { kind: [name] }, filterPolicyScope: "MessageBody" });
      await withScope(
        { created: kind("created"), deleted: kind("deleted") },
        async ({ channels: { created, deleted } }) => {
          await created.send({ kind: "created", id: 1 });
          await created.send({ kind: "deleted", id: 2 });
          expect((await created.next()).payload).toEqual({ kind: "created", id: 1 });
          expect((await deleted.next()).payload).toEqual({ kind: "deleted", id: 2 });
          expect([created.seen().length, deleted.seen().length]).toEqual([1, 1]);
        },
      );
    },
  },
  {
    title: "a channel whose filter lets nothing pass of what is sent through it proves no silence",
    async run({ aws, fresh }) {
      const topic = fresh("topic");
      await aws.createTopic(topic);
      const typo = aws.topic(topic, { filterPolicy: { kynd: ["new"] } });
      await withScope({ typo, all: aws.topic(topic) }, async ({ channels: { typo, all } }) => {
        await typo.send({ id: 1 }, { attributes: { kind: "new" } });
        await all.next({ id: 1 });
        expect(await errorOf(typo.none(() => true, { within: 0 }))).toMatchObject({
          code: "FILTERED_OUT",
          message: expect.stringContaining(`1 of 1 sends to topic ${topic}`) as string,
        });
      });
    },
  },
  {
    title: "a FIFO topic is heard group by group in order, each event with its group",
    async run({ aws, fresh }) {
      const topic = `${fresh("topic")}.fifo` as const;
      await aws.createTopic(topic);
      await withScope({ orders: aws.topic(topic) }, async ({ channels: { orders } }) => {
        for (let number = 0; number < 24; number++) {
          await orders.send({ number }, { key: `group-${number % 3}`, deduplicationId: randomUUID() });
        }
        await orders.next({ number: 23 });
        await orders.next({ number: 22 });
        await orders.next({ number: 21 });
        for (const group of [0, 1, 2]) {
          const numbers = orders
            .seen(({ key }) => key === `group-${group}`)
            .map(({ payload }) => (payload as { number: number }).number);
          expect(numbers).toEqual([0, 3, 6, 9, 12, 15, 18, 21].map((number) => number + group));
        }
      });
    },
  },
  {
    title: "several messages of one group come in one receive",
    async run({ aws, fresh }) {
      const queue = `${fresh("queue")}.fifo` as const;
      await aws.createQueue(queue);
      await withScope({ queue: aws.queue(queue) }, async ({ channels }) => {
        for (const id of [1, 2, 3]) await channels.queue.send({ id }, { key: "one", deduplicationId: String(id) });
      });
      const messages = await aws.receive(queue);
      expect(messages.map(({ body, key }) => [body, key])).toEqual([1, 2, 3].map((id) => [`{"id":${id}}`, "one"]));
    },
    fauxqs: "a receive gives one message of a group",
  },
  {
    title: "what is sent to a FIFO queue again with its deduplication id is told as the same message, and comes once",
    async run({ aws, fresh }) {
      const queue = `${fresh("queue")}.fifo` as const;
      await aws.createQueue(queue);
      await withScope({ queue: aws.queue(queue) }, async (scope) => {
        const { queue: orders } = scope.channels;
        const first = await orders.send({ id: 1 }, { key: "one", deduplicationId: "1" });
        const second = await orders.send({ id: 1 }, { key: "one", deduplicationId: "1" });
        expect([first.duplicate, second.duplicate, second.id]).toEqual([undefined, true, first.id]);
        expect(scope.timeline()).toMatch(/sent queue #\d+, a duplicate to the broker/);
      });
      const [message] = await aws.receive(queue);
      await message?.delete();
      expect(await aws.receive(queue)).toEqual([]);
    },
  },
  {
    title: "what is published to a FIFO topic again with its deduplication id comes once",
    async run({ aws, fresh }) {
      const topic = `${fresh("topic")}.fifo` as const;
      await aws.createTopic(topic);
      await withScope({ topic: aws.topic(topic) }, async ({ channels }) => {
        const first = await channels.topic.send({ id: 1 }, { key: "one", deduplicationId: "1" });
        const second = await channels.topic.send({ id: 1 }, { key: "one", deduplicationId: "1" });
        await channels.topic.send({ id: 2 }, { key: "one", deduplicationId: "2" });
        await channels.topic.next({ id: 2 });
        expect(channels.topic.seen().map(({ payload }) => payload)).toEqual([{ id: 1 }, { id: 2 }]);
        expect([second.duplicate, second.id]).toEqual([true, first.id]);
      });
    },
    fauxqs: "topics do not deduplicate",
  },
  {
    title: "a send to FIFO without a group, or without a deduplication id, is a named error",
    async run({ aws, fresh }) {
      const [topic, queue] = [`${fresh("topic")}.fifo`, `${fresh("queue")}.fifo`];
      await aws.createTopic(topic);
      await aws.createQueue(queue);
      await withScope({ topic: aws.topic(topic), queue: aws.queue(queue) }, async ({ channels }) => {
        for (const channel of [channels.topic, channels.queue]) {
          expect(await errorOf(channel.send({ id: 1 }))).toMatchObject({ code: "GROUP_MISSING" });
          expect(await errorOf(channel.send({ id: 1 }, { key: "" }))).toMatchObject({ code: "GROUP_MISSING" });
          expect(await errorOf(channel.send({ id: 1 }, { key: "one" }))).toMatchObject({
            code: "DEDUPLICATION_ID_MISSING",
          });
        }
      });
    },
  },
  {
    title: "where the content deduplicates no deduplication id is needed",
    async run({ aws, fresh }) {
      const queue = `${fresh("queue")}.fifo` as const;
      await aws.createQueue(queue, { attributes: { ContentBasedDeduplication: "true" } });
      await withScope({ queue: aws.queue(queue) }, async ({ channels }) => {
        const first = await channels.queue.send({ id: 1 }, { key: "one", attributes: { traceparent: "the same" } });
        const second = await channels.queue.send({ id: 1 }, { key: "one", attributes: { traceparent: "another" } });
        expect([second.duplicate, second.id]).toEqual([true, first.id]);
      });
    },
  },
  {
    title: "a dead letter is heard, goes back on redrive as it was, and is heard again when it is given up again",
    async run(surroundings) {
      const { aws, sqs } = surroundings;
      const { dead, queue, giveUp } = await withLetter(surroundings);
      await withScope(
        { dead: aws.deadLetters(dead, { source: queue }), queue: aws.queue(queue) },
        async ({ channels, headers }) => {
          const { url: QueueUrl } = await aws.inspect(queue);
          const { MessageId } = await sqs.sendMessage({
            QueueUrl,
            MessageBody: '{"id":1}',
            MessageAttributes: {
              traceparent: { DataType: "String", StringValue: headers["traceparent"] },
              count: { DataType: "Number", StringValue: "7" },
              bytes: { DataType: "Binary.png", BinaryValue: new Uint8Array([1, 255]) },
            },
          });
          await giveUp();
          await channels.dead.next({ id: 1 });
          const [back] = await channels.dead.redrive({ id: 1 });
          const { Messages: [message] = [] } = await sqs.receiveMessage({
            QueueUrl,
            MessageAttributeNames: ["All"],
            MessageSystemAttributeNames: ["All"],
            VisibilityTimeout: 0,
          });
          expect(message).toMatchObject({
            MessageId: back?.id,
            Body: '{"id":1}',
            MessageAttributes: {
              traceparent: { DataType: "String", StringValue: headers["traceparent"] },
              count: { DataType: "Number", StringValue: "7" },
              bytes: { DataType: "Binary.png", BinaryValue: new Uint8Array([1, 255]) },
            },
            Attributes: { ApproximateReceiveCount: "1" },
          });
          expect(back?.id).not.toBe(MessageId);
          expect(await errorOf(channels.dead.redrive())).toMatchObject({
            code: "NOTHING_TO_REDRIVE",
            facts: { redriven: 1 },
          });
          // one receive was allowed, and it is over: the next one gives it up
          expect(await aws.receive(queue)).toEqual([]);
          expect((await channels.dead.next({ id: 1 })).id).toBe(back?.id);
        },
      );
    },
  },
  {
    title: "a dead letter of a FIFO queue goes back to its group",
    async run(surroundings) {
      const { aws } = surroundings;
      const { dead, queue, giveUp } = await withLetter(surroundings, ".fifo");
      await withScope(
        { dead: aws.deadLetters(dead, { source: queue }), queue: aws.queue(queue as `${string}.fifo`) },
        async ({ channels }) => {
          await channels.queue.send({ id: 1 }, { key: "one", deduplicationId: "1" });
          await giveUp();
          expect((await channels.dead.next({ id: 1 })).key).toBe("one");
          await channels.dead.redrive();
          expect(await aws.receive(queue)).toMatchObject([{ body: '{"id":1}', key: "one", deliveries: 1 }]);
        },
      );
    },
  },
  {
    title: "a dead letter tells where it came from",
    async run(surroundings) {
      const { aws } = surroundings;
      const { dead, queue, giveUp } = await withLetter(surroundings);
      await withScope({ dead: aws.deadLetters(dead), queue: aws.queue(queue) }, async ({ channels }) => {
        await channels.queue.send({ id: 1 });
        await giveUp();
        await channels.dead.next({ id: 1 });
        await channels.dead.redrive({ id: 1 });
        expect(await aws.receive(queue)).toHaveLength(1);
      });
    },
    fauxqs: "it does not tell the source",
  },
  {
    title: "the broker moves dead letters back by hand",
    async run(surroundings) {
      const { aws } = surroundings;
      const { dead, queue, giveUp } = await withLetter(surroundings);
      await withScope({ queue: aws.queue(queue) }, async ({ channels }) => {
        for (const id of [1, 2]) await channels.queue.send({ id });
      });
      await giveUp();
      expect(await aws.redrive(dead)).toBe(2);
      expect((await aws.receive(queue)).map(({ body }) => body)).toEqual(['{"id":1}', '{"id":2}']);
      expect(await aws.inspect(dead)).toMatchObject({ ready: 0, inFlight: 0 });
    },
    fauxqs: "it has no move tasks",
  },
  {
    title: "a message comes back after its visibility timeout, and its receives are counted",
    async run({ aws, fresh }) {
      const queue = fresh("queue");
      await aws.createQueue(queue, { visibility: "1s" });
      await withScope({ queue: aws.queue(queue) }, async ({ channels }) => {
        await channels.queue.send({ id: 1 });
      });
      expect(await aws.receive(queue)).toMatchObject([{ deliveries: 1 }]);
      expect(await aws.receive(queue)).toEqual([]);
      expect(await aws.receive(queue, { wait: "5s" })).toMatchObject([{ deliveries: 2 }]);
    },
  },
  {
    title: "names match exactly, and what is not there is a named error with what is like it",
    async run({ aws, fresh }) {
      const name = fresh("customer--created");
      await aws.createQueue(`shop-${name}`);
      await aws.createTopic(`shop-${name}`);
      const missing = { code: "RESOURCE_MISSING", facts: { similar: [`shop-${name}`] } };
      expect(await errorOf(aws.receive(name))).toMatchObject(missing);
      expect(await errorOf(aws.inspect(name))).toMatchObject(missing);
      expect(await errorOf(aws.redrive(name))).toMatchObject(missing);
      expect(await errorOf(aws.deleteTopic(name))).toMatchObject(missing);
    },
  },
];

describe.each(brokers)("on $name", ({ name, start }) => {
  let broker: TestBroker;
  let sns: SNS;
  let sqs: SQS;
  beforeAll(async () => {
    broker = await start();
    sns = new SNS({ ...broker.config, maxAttempts: 1 });
    sqs = new SQS({ ...broker.config, maxAttempts: 1 });
  });
  afterAll(async () => {
    sns.destroy();
    sqs.destroy();
    await broker[Symbol.asyncDispose]();
  });

  const run = (each: Case) =>
    each.run({ aws: snsSqs({ sns, sqs }), sqs, fresh: (what) => `${what}-${randomUUID().slice(0, 8)}` });
  const deviates = (each: Case, broker: BrokerName) => broker === "fauxqs" && each.fauxqs !== undefined;

  test.each(cases.filter((each) => !deviates(each, name)))("$title", { timeout: 20_000 }, run);
  test.each(cases.filter((each) => deviates(each, name)))(
    "deviates, as is known: $title",
    { timeout: 20_000 },
    async (each) => {
      await expect(run(each)).rejects.toThrow();
    },
  );
});
