/** The unmodified sqs-consumer against the simulator: what its users rely on, in virtual time. */
import { SQS } from "@aws-sdk/client-sqs";
import { Consumer, type ConsumerOptions } from "sqs-consumer";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type AwsSimulator, startAwsSimulator } from "../../src/simulator/index.ts";

let simulator: AwsSimulator;
let sqs: SQS;
let url: string;
let dead: string;
let consumer: Consumer | undefined;

beforeEach(async () => {
  simulator = await startAwsSimulator();
  sqs = new SQS(simulator.config);
  dead = (await sqs.createQueue({ QueueName: "dead" })).QueueUrl ?? "";
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: simulator.inspect("dead").arn, maxReceiveCount: 2 });
  const Attributes = { VisibilityTimeout: "30", RedrivePolicy };
  url = (await sqs.createQueue({ QueueName: "work", Attributes })).QueueUrl ?? "";
});
afterEach(async () => {
  consumer?.stop({ abort: true });
  consumer = undefined;
  sqs.destroy();
  await simulator.close();
});

function start(options: Partial<ConsumerOptions>): Consumer {
  consumer = Consumer.create({ queueUrl: url, sqs, waitTimeSeconds: 20, ...options } as ConsumerOptions);
  // an aborted poll is how it stops; what a handler throws is asked for where it matters
  for (const event of ["error", "processing_error"] as const) consumer.on(event, () => undefined);
  consumer.start();
  return consumer;
}

/** Once a long poll of the consumer waits. */
async function polls(): Promise<void> {
  while (simulator.inspect("work").polls === 0) await new Promise((resolve) => setImmediate(resolve));
}

async function send(count: number): Promise<void> {
  const Entries = Array.from({ length: count }, (_, index) => ({
    Id: String(index),
    MessageBody: `body ${index}`,
    MessageAttributes: { kind: { DataType: "String", StringValue: "test" } },
  }));
  await sqs.sendMessageBatch({ QueueUrl: url, Entries });
}

test("a batch that waits is handled whole and deleted", async () => {
  await send(7);
  const handled = Promise.withResolvers<(string | undefined)[]>();
  start({
    batchSize: 10,
    handleMessageBatch: async (messages) => {
      handled.resolve(messages.map(({ Body }) => Body));
      return await Promise.resolve(messages);
    },
  });
  expect(await handled.promise).toEqual(["body 0", "body 1", "body 2", "body 3", "body 4", "body 5", "body 6"]);
  await polls();
  expect(simulator.inspect("work").messages).toEqual([]);
});

test("a long poll gets a message as it comes", async () => {
  const handled = Promise.withResolvers<string | undefined>();
  start({
    handleMessage: async (message) => {
      handled.resolve(message.Body);
      return await Promise.resolve(message);
    },
  });
  await polls();
  await sqs.sendMessage({ QueueUrl: url, MessageBody: "late" });
  expect(await handled.promise).toBe("late");
});

test("attributes come only when they are asked for", async () => {
  await send(1);
  const seen = async (options: Partial<ConsumerOptions>) => {
    const handled = Promise.withResolvers<object>();
    const running = start({
      ...options,
      handleMessage: async ({ MessageAttributes, Attributes }) => {
        handled.resolve({ MessageAttributes, Attributes });
        return await Promise.reject(new Error("not deleted"));
      },
      terminateVisibilityTimeout: true,
    });
    const result = await handled.promise;
    // the failed one is visible again when the next poll begins
    await new Promise((resolve) => running.once("response_processed", resolve));
    running.stop({ abort: true });
    return result;
  };
  expect(await seen({})).toEqual({ MessageAttributes: undefined, Attributes: undefined });
  expect(
    await seen({ messageAttributeNames: ["All"], messageSystemAttributeNames: ["ApproximateReceiveCount"] }),
  ).toEqual({
    MessageAttributes: { kind: { DataType: "String", StringValue: "test" } },
    Attributes: { ApproximateReceiveCount: "2" },
  });
});

test("a heartbeat keeps a message invisible beyond its timeout", async () => {
  const finish = Promise.withResolvers<undefined>();
  await send(1);
  const running = start({
    visibilityTimeout: 30,
    heartbeatInterval: 1,
    handleMessage: async (message) => {
      await finish.promise;
      return message;
    },
  });
  while (simulator.inspect("work").inFlight === 0) await new Promise((resolve) => setImmediate(resolve));
  // its heartbeat runs on real time: a second, then the timeout counts anew; twice 20 s are more than it
  for (let round = 0; round < 2; round++) {
    await simulator.advance("20s");
    const left = () => simulator.inspect("work").messages[0]?.visibleIn ?? 0;
    while (left() <= 20_000) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(simulator.inspect("work").messages).toMatchObject([{ state: "in flight", receives: 1 }]);
  const processed = new Promise((resolve) => running.once("message_processed", resolve));
  finish.resolve(undefined);
  await processed;
});

test("an error leaves the message, which is redelivered, and then dead-lettered", async () => {
  let handled = 0;
  start({
    messageSystemAttributeNames: ["ApproximateReceiveCount"],
    handleMessage: async () => {
      handled++;
      return await Promise.reject(new Error("on purpose"));
    },
  });
  await polls();
  await send(1);
  await simulator.advance("90s");
  expect(handled).toBe(2);
  expect(simulator.inspect("work").messages).toEqual([]);
  expect(simulator.inspect("dead").messages).toMatchObject([{ body: "body 0", receives: 2 }]);
  const { Messages } = await sqs.receiveMessage({ QueueUrl: dead, MessageSystemAttributeNames: ["All"] });
  expect(Messages?.[0]?.Attributes).toMatchObject({ DeadLetterQueueSourceArn: simulator.inspect("work").arn });
});

test("stop with abort ends the poll at once, and takes no message", async () => {
  const running = start({ handleMessage: async (message) => await Promise.resolve(message) });
  await polls();
  const stopped = new Promise((resolve) => running.once("stopped", resolve));
  running.stop({ abort: true });
  await stopped;
  while (simulator.inspect("work").polls > 0) await new Promise((resolve) => setImmediate(resolve));
  await send(1);
  expect(simulator.inspect("work").messages).toMatchObject([{ state: "ready", receives: 0 }]);
});
