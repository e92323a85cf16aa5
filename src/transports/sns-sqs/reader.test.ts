/** How a queue is read: what is taken, deleted, and said when the broker is in trouble. */
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { RecordingSink } from "../../../test/support/recording-sink.ts";
import { type AwsSimulator, startAwsSimulator } from "../../simulator/index.ts";
import { snsSqs, type SqsClient } from "./index.ts";

const signal = new AbortController().signal;
let simulator: AwsSimulator;
let sns: SNS;
let sqs: SQS;

beforeEach(async () => {
  simulator = await startAwsSimulator();
  sns = new SNS({ ...simulator.config, maxAttempts: 1 });
  sqs = new SQS({ ...simulator.config, maxAttempts: 1 });
});
afterEach(async () => {
  sns.destroy();
  sqs.destroy();
  await simulator.close();
});

/** The real client, with one method changed. */
function withMethod<Name extends keyof SqsClient>(name: Name, method: SqsClient[Name]): SqsClient {
  return new Proxy<SqsClient>(sqs, {
    get: (target, property) => {
      if (property === name) return method;
      const value: unknown = Reflect.get(target, property);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

async function fill(queue: string, messages: number): Promise<void> {
  const QueueUrl = await snsSqs({ sns, sqs }).createQueue(queue);
  for (let sent = 0; sent < messages; sent += 10) {
    const Entries = Array.from({ length: Math.min(10, messages - sent) }, (_, index) => ({
      Id: String(index),
      MessageBody: String(sent + index),
    }));
    await sqs.sendMessageBatch({ QueueUrl, Entries });
  }
}

const turn = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve);
  });

describe("long polls", () => {
  test.for([
    [3, undefined],
    [1, 1],
  ] as const)(
    "are at most %i at a time, with pollers: %s, and one again once nothing comes",
    async ([most, pollers]) => {
      await fill("dead", 200);
      let [now, highest] = [0, 0];
      const counting = withMethod("receiveMessage", async (input, options) => {
        highest = Math.max(highest, ++now);
        try {
          return await sqs.receiveMessage(input, options);
        } finally {
          now--;
        }
      });
      const aws = snsSqs({ sns, sqs: counting, ...(pollers !== undefined && { pollers }) });
      const recorder = new RecordingSink();
      const subscription = await aws.deadLetters("dead").endpoint.listen(recorder, signal);
      await recorder.until(() => recorder.events.length >= 200);
      expect(new Set(recorder.events.map(({ body }) => body)).size).toBe(200);
      expect(highest).toBe(most);
      while (simulator.inspect("dead").polls < most) await turn();
      await simulator.advance("20s");
      while (simulator.inspect("dead").polls !== 1) await turn();
      await subscription[Symbol.asyncDispose]();
      expect(recorder.events).toHaveLength(200);
    },
  );

  test.for([0, 4, 1.5, Number.NaN])("cannot be %s at a time", (pollers) => {
    expect(() => snsSqs({ sns, sqs, pollers })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", facts: expect.objectContaining({ option: "pollers" }) }),
    );
  });
});

describe("after dispose", () => {
  test("everything that was handed over is deleted", async () => {
    await fill("dead", 25);
    const recorder = new RecordingSink();
    const subscription = await snsSqs({ sns, sqs }).deadLetters("dead").endpoint.listen(recorder, signal);
    await recorder.until(() => recorder.events.length >= 25);
    await subscription[Symbol.asyncDispose]();
    expect(simulator.inspect("dead")).toMatchObject({ ready: 0, inFlight: 0 });
  });

  test("it is deleted also when the broker stumbles just then", async () => {
    await fill("dead", 3);
    let attempts = 0;
    const stopping = Promise.withResolvers<void>();
    const stumbling = withMethod("deleteMessageBatch", async (input, options) => {
      await stopping.promise;
      if (++attempts <= 2) throw new Error("InternalError");
      return await sqs.deleteMessageBatch(input, options);
    });
    const clock = new ManualClock();
    const recorder = new RecordingSink();
    const { endpoint } = snsSqs({ sns, sqs: stumbling, clock }).deadLetters("dead");
    const subscription = await clock.until(endpoint.listen(recorder, signal));
    await recorder.until(() => recorder.events.length >= 3);
    const disposing = subscription[Symbol.asyncDispose]();
    stopping.resolve();
    while (simulator.inspect("dead").inFlight > 0 && recorder.log.at(-1) !== "failed") await clock.advance(1_000);
    await disposing;
    expect(attempts).toBe(3);
    expect(recorder.log).not.toContain("failed");
  });

  test("what comes later is left for others, untouched", async () => {
    await fill("dead", 0);
    const aws = snsSqs({ sns, sqs });
    const recorder = new RecordingSink();
    const subscription = await aws.deadLetters("dead").endpoint.listen(recorder, signal);
    while (simulator.inspect("dead").polls === 0) await turn();
    await subscription[Symbol.asyncDispose]();
    await fill("dead", 1);
    expect(recorder.events).toEqual([]);
    expect(await aws.receive("dead")).toMatchObject([{ body: "0", deliveries: 1 }]);
  });
});

describe("a broker in trouble", () => {
  test("a reader whose broker goes away is deaf, and back when it is there again, with nothing lost", async () => {
    await fill("dead", 0);
    const clock = new ManualClock();
    const recorder = new RecordingSink();
    const { port } = simulator;
    const { endpoint } = snsSqs({ sns, sqs, clock, accounting: simulator }).deadLetters("dead");
    const subscription = await clock.until(endpoint.listen(recorder, signal));
    while (simulator.inspect("dead").polls === 0) await turn();
    await simulator.close();
    await recorder.until(() => recorder.log.includes("deaf"));
    // it does not ask again before the clock moves: the queue is there by then
    simulator = await startAwsSimulator({ port });
    await fill("dead", 1);
    await clock.advance(50);
    await recorder.until(() => recorder.events.length > 0);
    expect(recorder.log).toEqual(["deaf", "back", "event"]);
    await subscription[Symbol.asyncDispose]();
  });

  test("a deletion that keeps failing is a broken listener", async () => {
    await fill("dead", 1);
    const refusing = withMethod("deleteMessageBatch", () => Promise.reject(new Error("AccessDenied")));
    const clock = new ManualClock();
    const recorder = new RecordingSink();
    const { endpoint } = snsSqs({ sns, sqs: refusing, clock }).deadLetters("dead");
    const subscription = await clock.until(endpoint.listen(recorder, signal));
    await recorder.until(() => recorder.log.includes("event"));
    await clock.advance(10_000);
    expect(recorder.log).toEqual(["event", "failed"]);
    await subscription[Symbol.asyncDispose]();
  });
});

describe("a FIFO queue", () => {
  const group = (numbers: readonly number[]) =>
    numbers.map((number) => ({
      Id: String(number),
      MessageBody: String(number),
      MessageGroupId: "one",
      MessageDeduplicationId: String(number),
    }));
  const bodies = ({ events }: RecordingSink) => events.map(({ body }) => body);

  test("goes on with a group whose messages' deletion was lost, without a visibility timeout between", async () => {
    const QueueUrl = await snsSqs({ sns, sqs }).createQueue("dead.fifo");
    await sqs.sendMessageBatch({ QueueUrl, Entries: group([1, 2]) });
    const lost = Promise.withResolvers<void>();
    let calls = 0;
    const losing = withMethod("deleteMessageBatch", async (input, options) => {
      if (++calls > 1) return await sqs.deleteMessageBatch(input, options);
      lost.resolve();
      throw new Error("socket hang up");
    });
    const clock = new ManualClock();
    const recorder = new RecordingSink();
    const { endpoint } = snsSqs({ sns, sqs: losing, clock }).deadLetters("dead.fifo");
    const subscription = await clock.until(endpoint.listen(recorder, signal));
    await recorder.until(() => recorder.events.length === 2);
    await sqs.sendMessageBatch({ QueueUrl, Entries: group([3]) });
    await lost.promise;
    await clock.advance(50);
    await recorder.until(() => recorder.events.length === 3);
    expect(bodies(recorder)).toEqual(["1", "2", "3"]);
    await subscription[Symbol.asyncDispose]();
    expect(recorder.log).not.toContain("failed");
  });

  test("gives an answer that was lost again: its group does not stand still for a visibility timeout", async () => {
    const QueueUrl = await snsSqs({ sns, sqs }).createQueue("dead.fifo");
    await sqs.sendMessageBatch({ QueueUrl, Entries: group([1, 2, 3]) });
    let calls = 0;
    const losing = withMethod("receiveMessage", async (input, options) => {
      const answer = await sqs.receiveMessage(input, options);
      if (++calls === 1) throw new Error("socket hang up");
      return answer;
    });
    const clock = new ManualClock();
    const recorder = new RecordingSink();
    const { endpoint } = snsSqs({ sns, sqs: losing, clock }).deadLetters("dead.fifo");
    const subscription = await clock.until(endpoint.listen(recorder, signal));
    await recorder.until(() => recorder.log.includes("deaf"));
    await clock.advance(50);
    await recorder.until(() => recorder.events.length === 3);
    expect(bodies(recorder)).toEqual(["1", "2", "3"]);
    await subscription[Symbol.asyncDispose]();
    expect(simulator.inspect("dead.fifo")).toMatchObject({ ready: 0, inFlight: 0 });
  });

  test("of 30 groups, by three long polls, each comes in its order", async () => {
    const QueueUrl = await snsSqs({ sns, sqs }).createQueue("dead.fifo");
    for (let batch = 0; batch < 60; batch++) {
      const Entries = Array.from({ length: 10 }, (_, index) => {
        const number = batch * 10 + index;
        const id = { MessageGroupId: `g${number % 30}`, MessageDeduplicationId: String(number) };
        return { Id: String(index), MessageBody: String(number), ...id };
      });
      await sqs.sendMessageBatch({ QueueUrl, Entries });
    }
    const recorder = new RecordingSink();
    const subscription = await snsSqs({ sns, sqs }).deadLetters("dead.fifo").endpoint.listen(recorder, signal);
    await recorder.until(() => recorder.events.length === 600);
    for (let each = 0; each < 30; each++) {
      const numbers = recorder.events.filter(({ key }) => key === `g${each}`).map(({ body }) => Number(body));
      expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => index * 30 + each));
    }
    await subscription[Symbol.asyncDispose]();
  });
});
