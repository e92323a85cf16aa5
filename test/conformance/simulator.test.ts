/** The simulator over HTTP, by the unmodified AWS SDK. */
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Activity, type AwsSimulator, startAwsSimulator } from "../../src/simulator/index.ts";
import { Endpoint } from "./endpoint.ts";
import { HttpReceiver } from "./http-receiver.ts";

let simulator: AwsSimulator;
let sqs: SQS;
let sns: SNS;
let names = 0;
const signal = new AbortController().signal;

beforeAll(async () => {
  simulator = await startAwsSimulator();
  sqs = new SQS(simulator.config);
  sns = new SNS(simulator.config);
});
afterAll(async () => {
  sqs.destroy();
  sns.destroy();
  await simulator.close();
});

async function createQueue(attributes: Record<string, string> = {}, tags?: Record<string, string>) {
  const name = `queue-${++names}`;
  const { QueueUrl: url = "" } = await sqs.createQueue({
    QueueName: name,
    Attributes: attributes,
    ...(tags && { tags }),
  });
  const { Attributes = {} } = await sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: ["QueueArn"] });
  return { name, url, arn: Attributes["QueueArn"] ?? "" };
}

async function createTopic() {
  const name = `topic-${++names}`;
  const { TopicArn: arn = "" } = await sns.createTopic({ Name: name });
  return { name, arn };
}

describe("queues", () => {
  test("a queue URL bears the simulator's own host and port", async () => {
    const { url } = await createQueue();
    expect(new URL(url).port).toBe(String(simulator.port));
  });
});

describe("long polls", () => {
  test("20 aborted polls take no message", async () => {
    const { url, name } = await createQueue();
    for (let round = 0; round < 20; round++) {
      const controller = new AbortController();
      const poll = sqs.receiveMessage({ QueueUrl: url, WaitTimeSeconds: 20 }, { abortSignal: controller.signal });
      const aborted = expect(poll).rejects.toMatchObject({ name: "AbortError" });
      while (simulator.inspect(name).polls === 0) await new Promise((resolve) => setImmediate(resolve));
      controller.abort();
      await aborted;
      while (simulator.inspect(name).polls > 0) await new Promise((resolve) => setImmediate(resolve));
      await sqs.sendMessage({ QueueUrl: url, MessageBody: String(round) });
      const { Messages } = await sqs.receiveMessage({ QueueUrl: url });
      expect(Messages?.[0]?.Body).toBe(String(round));
    }
  });

  test("nor when the message comes in the very moment of the abort", async () => {
    const { url, name } = await createQueue();
    for (let round = 0; round < 20; round++) {
      const controller = new AbortController();
      const poll = sqs.receiveMessage({ QueueUrl: url, WaitTimeSeconds: 20 }, { abortSignal: controller.signal });
      const aborted = expect(poll).rejects.toMatchObject({ name: "AbortError" });
      while (simulator.inspect(name).polls === 0) await new Promise((resolve) => setImmediate(resolve));
      // a second connection, which is open already when the first one ends
      await sqs.getQueueAttributes({ QueueUrl: url });
      controller.abort();
      await aborted;
      await sqs.sendMessage({ QueueUrl: url, MessageBody: String(round) });
      while (simulator.inspect(name).polls > 0) await new Promise((resolve) => setImmediate(resolve));
      const { Messages } = await sqs.receiveMessage({ QueueUrl: url });
      expect(Messages?.[0]?.Body).toBe(String(round));
    }
  });

  test("two parked polls are served one message each", async () => {
    const { url, name } = await createQueue();
    const polls = [1, 2].map(() => sqs.receiveMessage({ QueueUrl: url, WaitTimeSeconds: 20, MaxNumberOfMessages: 10 }));
    while (simulator.inspect(name).polls < 2) await new Promise((resolve) => setImmediate(resolve));
    await sqs.sendMessage({ QueueUrl: url, MessageBody: "a" });
    await sqs.sendMessage({ QueueUrl: url, MessageBody: "b" });
    const bodies = (await Promise.all(polls)).map(({ Messages }) => Messages?.map(({ Body }) => Body));
    expect(bodies).toEqual([["a"], ["b"]]);
  });
});

describe("dead letters", () => {
  async function withRedrive(maxReceiveCount: number) {
    const dead = await createQueue();
    const source = await createQueue({
      VisibilityTimeout: "30",
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount }),
    });
    return { dead, source };
  }

  test("advance(90s) over three retries lets a failing consumer handle three times, and then dead-letters", async () => {
    const { dead, source } = await withRedrive(3);
    const stop = new AbortController();
    let handled = 0;
    const consumer = (async () => {
      while (!stop.signal.aborted) {
        const { Messages = [] } = await sqs.receiveMessage(
          { QueueUrl: source.url, WaitTimeSeconds: 20 },
          { abortSignal: stop.signal },
        );
        handled += Messages.length;
      }
    })().catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
    await sqs.sendMessage({ QueueUrl: source.url, MessageBody: "poison" });
    await simulator.advance("90s");
    stop.abort();
    await consumer;
    expect(handled).toBe(3);
    expect(simulator.inspect(dead.name).messages).toMatchObject([{ body: "poison", receives: 3 }]);
  });
});

describe("topics", () => {
  test("how many consumers a publish reached is known", async () => {
    const topic = await createTopic();
    for (const { arn } of [await createQueue(), await createQueue()])
      await sns.subscribe({ TopicArn: topic.arn, Protocol: "sqs", Endpoint: arn });
    const { MessageId } = await sns.publish({ TopicArn: topic.arn, Message: "x" });
    expect(simulator.reached(MessageId ?? "")).toBe(2);
  });

  test("what a FIFO queue knows already, of another topic, reached nobody", async () => {
    const { QueueUrl: url } = await sqs.createQueue({ QueueName: "known.fifo", Attributes: { FifoQueue: "true" } });
    const { arn } = simulator.inspect("known.fifo");
    const reached: (number | undefined)[] = [];
    for (const Name of ["one.fifo", "other.fifo"]) {
      const { TopicArn } = await sns.createTopic({ Name, Attributes: { FifoTopic: "true" } });
      await sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint: arn });
      const ids = { MessageGroupId: "a", MessageDeduplicationId: "same" };
      const { MessageId = "" } = await sns.publish({ TopicArn, Message: Name, ...ids });
      reached.push(simulator.reached(MessageId));
    }
    expect(reached).toEqual([1, 0]);
    expect((await sqs.receiveMessage({ QueueUrl: url, MaxNumberOfMessages: 10 })).Messages).toHaveLength(1);
  });

  test("a queue without a policy gets messages, and one activity per subscription says that AWS would not deliver", async () => {
    const said: Activity[] = [];
    using listening = simulator.onActivity((activity) => {
      if (activity.what === "delivered without a queue policy") said.push(activity);
    });
    void listening;
    const topic = await createTopic();
    const queue = await createQueue();
    await sns.subscribe({ TopicArn: topic.arn, Protocol: "sqs", Endpoint: queue.arn });
    for (const Message of ["1", "2"]) await sns.publish({ TopicArn: topic.arn, Message });
    expect(simulator.inspect(queue.name).ready).toBe(2);
    expect(said).toMatchObject([
      {
        queue: queue.name,
        detail: `${topic.arn} sends to ${queue.name}, which has no policy: AWS would not deliver`,
      },
    ]);
  });

  test("other machines than this one are not called, unless that is allowed", async () => {
    const topic = await createTopic();
    const subscribe = (client: SNS, TopicArn: string, Endpoint: string) =>
      client.subscribe({ TopicArn, Protocol: "https", Endpoint });
    for (const endpoint of ["https://example.com/x", "https://169.254.169.254/", "https://127.0.0.1.example.com"])
      await expect(subscribe(sns, topic.arn, endpoint)).rejects.toMatchObject({
        name: "InvalidParameterException",
        message: expect.stringContaining("start it with allowOutbound") as string,
      });
    await using open = await startAwsSimulator({ allowOutbound: true });
    const client = new SNS(open.config);
    const { TopicArn = "" } = await client.createTopic({ Name: "t" });
    // a name that leads nowhere
    await subscribe(client, TopicArn, "https://nowhere.invalid/x");
    client.destroy();
  });
});

describe("deliveries to HTTP endpoints", () => {
  const traceId = `77616b65${"d".repeat(24)}`;
  const MessageAttributes = {
    traceparent: { DataType: "String", StringValue: `00-${traceId}-00f067aa0ba902b7-01` },
  };

  test("count in flight and waiting until they are taken, for their trace and no other", async () => {
    await using own = await startAwsSimulator();
    await using receiver = await HttpReceiver.listen();
    const client = new Endpoint({ name: "own", url: own.url });
    const topic = await client.topic();
    await receiver.subscribe(client, topic);
    const mark = await own.mark({ traceId }, signal);
    const other = await own.mark({ traceId: "e".repeat(32) }, signal);
    receiver.answer = "silent";
    await client.sns.publish({ TopicArn: topic, Message: "x", MessageAttributes });
    await receiver.take("Notification");
    expect(await mark.pending(signal)).toMatchObject({
      waiting: 0,
      inFlight: 1,
      exact: true,
      where: [`1 being delivered to ${receiver.url}`],
    });
    expect(await other.pending(signal)).toMatchObject({ waiting: 0, inFlight: 0 });
    receiver.answer = 500;
    await own.advance("15s");
    const failed = await mark.pending(signal);
    expect(failed).toMatchObject({ waiting: 1, inFlight: 0 });
    expect(failed.where[0]).toMatch(
      /^1 waiting for its delivery to .+ \(attempt 1 failed: no answer within 15 s\), for .+ more: advance the simulator\?$/,
    );
    receiver.answer = 200;
    await own.advance("20s");
    expect(await mark.pending(signal)).toMatchObject({ waiting: 0, inFlight: 0, where: [] });
    client[Symbol.dispose]();
  });

  test("that are given up end, and the message's history says how", async () => {
    await using own = await startAwsSimulator();
    await using receiver = await HttpReceiver.listen();
    const client = new Endpoint({ name: "own", url: own.url });
    const topic = await client.topic();
    await receiver.subscribe(client, topic);
    receiver.answer = 500;
    const { MessageId = "" } = await client.sns.publish({ TopicArn: topic, Message: "x", MessageAttributes });
    await own.advance("60s");
    const mark = await own.mark({ traceId }, signal);
    expect(await mark.pending(signal)).toMatchObject({ waiting: 0, inFlight: 0 });
    expect(own.history(MessageId).map(({ what, detail }) => [what, detail])).toEqual([
      ...[1, 2, 3, 4].map((attempt) => ["delivery failed", `${receiver.url}: HTTP 500 (attempt ${attempt})`]),
      ["discarded", `${receiver.url}: HTTP 500`],
    ]);
    client[Symbol.dispose]();
  });

  test("end with their subscription", async () => {
    await using own = await startAwsSimulator();
    await using receiver = await HttpReceiver.listen();
    const client = new Endpoint({ name: "own", url: own.url });
    const topic = await client.topic();
    await receiver.subscribe(client, topic);
    receiver.answer = "silent";
    await client.sns.publish({ TopicArn: topic, Message: "x", MessageAttributes });
    await receiver.take("Notification");
    await client.sns.deleteTopic({ TopicArn: topic });
    const mark = await own.mark({ traceId }, signal);
    expect(await mark.pending(signal)).toMatchObject({ waiting: 0, inFlight: 0 });
    client[Symbol.dispose]();
  });

  test("to a dead-letter queue count as given up", async () => {
    await using own = await startAwsSimulator();
    const client = new Endpoint({ name: "own", url: own.url });
    const topic = await client.topic();
    const [queue, dead] = [await client.queue(), await client.queue()];
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn });
    await client.subscribe(topic, queue, { RedrivePolicy });
    await client.sqs.deleteQueue({ QueueUrl: queue.url });
    await client.sns.publish({ TopicArn: topic, Message: "x", MessageAttributes });
    const mark = await own.mark({ traceId }, signal);
    expect(await mark.pending(signal)).toMatchObject({ waiting: 0, where: [`1 given up, on ${dead.name}`] });
    client[Symbol.dispose]();
  });
});

describe("DynamoDB", () => {
  test("a table on the same port takes a conditional put", async () => {
    await using own = await startAwsSimulator();
    const db = new DynamoDB(own.config);
    await db.createTable({
      TableName: "table",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "PK", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "PK", KeyType: "HASH" }],
    });
    const put = { TableName: "table", Item: { PK: { S: "1" } }, ConditionExpression: "attribute_not_exists(PK)" };
    await db.putItem(put);
    await expect(db.putItem(put)).rejects.toMatchObject({ name: "ConditionalCheckFailedException" });
    db.destroy();
  });
});

describe("accounting", () => {
  const trace = (id: string) => ({ traceparent: { DataType: "String", StringValue: `00-${id}-00f067aa0ba902b7-01` } });

  test("counts what waits and what is in flight, and names it", async () => {
    await using own = await startAwsSimulator();
    const client = new SQS(own.config);
    const { QueueUrl } = await client.createQueue({ QueueName: "work" });
    const mark = await own.mark({}, signal);
    expect(await mark.pending(signal)).toMatchObject({ waiting: 0, inFlight: 0, exact: true });
    await client.sendMessage({ QueueUrl, MessageBody: "x" });
    expect(await mark.pending(signal)).toMatchObject({ waiting: 1, inFlight: 0 });
    const { Messages } = await client.receiveMessage({ QueueUrl });
    const pending = await mark.pending(signal);
    expect(pending).toMatchObject({ waiting: 0, inFlight: 1, unacknowledged: 1 });
    expect(pending.where[0]).toMatch(
      /^1 in flight on work \(receive 1\), not deleted, and nobody polls: is it acknowledged, or still worked on\? Invisible for .+ more: advance the simulator, or expireVisibility\("work"\)\?$/,
    );
    const gone = new AbortController();
    const polling = client.receiveMessage({ QueueUrl, WaitTimeSeconds: 20 }, { abortSignal: gone.signal });
    await expect.poll(() => own.inspect("work").polls).toBe(1);
    expect((await mark.pending(signal)).where[0]).toContain("not deleted, though work is polled again: is it ack");
    gone.abort();
    await expect(polling).rejects.toThrow();
    await client.deleteMessage({ QueueUrl, ReceiptHandle: Messages?.[0]?.ReceiptHandle });
    expect(await mark.pending(signal)).toMatchObject({ waiting: 0, inFlight: 0, unacknowledged: 0 });
    client.destroy();
  });

  test("leaves out messages of another trace, counts those without one", async () => {
    await using own = await startAwsSimulator();
    const client = new SQS(own.config);
    const { QueueUrl } = await client.createQueue({ QueueName: "work" });
    // as a harness makes them: they begin with "wake"
    const [mine, other] = ["a", "b"].map((digit) => `77616b65${digit.repeat(24)}`) as [string, string];
    await client.sendMessage({ QueueUrl, MessageBody: "x", MessageAttributes: trace(other) });
    const mark = await own.mark({ traceId: mine }, signal);
    expect(await mark.pending(signal)).toMatchObject({ waiting: 0 });
    await client.sendMessage({ QueueUrl, MessageBody: "x", MessageAttributes: trace(mine) });
    await client.sendMessage({ QueueUrl, MessageBody: "x" });
    expect(await mark.pending(signal)).toMatchObject({ waiting: 2 });
    // a system with traces of its own: what they belong to is not known
    await client.sendMessage({ QueueUrl, MessageBody: "x", MessageAttributes: trace("c".repeat(32)) });
    expect(await mark.pending(signal)).toMatchObject({ waiting: 3 });
    client.destroy();
  });

  test("counts what a move task has still to move, which no system has given up for good", async () => {
    await using own = await startAwsSimulator();
    own.pause();
    using client = new Endpoint({ name: "own", url: own.url });
    const dead = await client.queue();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
    const work = await client.queue({ RedrivePolicy });
    for (const body of ["a", "b", "c"]) await client.send(work, body);
    await client.receive(work, { VisibilityTimeout: 0 });
    await client.receive(work);
    const mark = await own.mark({}, signal);
    expect(await mark.pending(signal)).toMatchObject({ waiting: 0, where: [`3 given up, on ${dead.name}`] });
    await client.sqs.startMessageMoveTask({ SourceArn: dead.arn, MaxNumberOfMessagesPerSecond: 1 });
    expect(await mark.pending(signal)).toMatchObject({
      waiting: 3,
      where: [
        `2 waiting on ${dead.name} to be moved on: advance the simulator?`,
        `1 waiting on ${work.name}, which nobody is polling`,
      ],
    });
    await own.advance("2s");
    expect(own.inspect(work.name).ready).toBe(3);
    expect(await mark.pending(signal)).toMatchObject({
      waiting: 3,
      where: [`3 waiting on ${work.name}, which nobody is polling`],
    });
  });

  test("messages in the harness's own queues are undelivered, not waiting, and reach nobody", async () => {
    const own = await createQueue({}, { "wakeful:run": "1" });
    const topic = await createTopic();
    await sns.subscribe({ TopicArn: topic.arn, Protocol: "sqs", Endpoint: own.arn });
    const mark = await simulator.mark({ traceId: "c".repeat(32) }, signal);
    const before = await mark.pending(signal);
    const { MessageId } = await sns.publish({ TopicArn: topic.arn, Message: "x" });
    const after = await mark.pending(signal);
    expect(after.undelivered - before.undelivered).toBe(1);
    expect(after.waiting).toBe(before.waiting);
    expect(simulator.reached(MessageId ?? "")).toBe(0);
  });
});

describe("time", () => {
  test("advance is refused while two scopes are open", async () => {
    await using own = await startAwsSimulator();
    using first = own.scopeOpened("first");
    using second = own.scopeOpened("second");
    void first;
    void second;
    await expect(own.advance("1s")).rejects.toMatchObject({ code: "TIME_IS_SHARED" });
  });

  test("advance moves the virtual time by exactly that much, and real time goes on", async () => {
    await using own = await startAwsSimulator();
    const realBefore = Date.now();
    const before = own.now().getTime();
    await own.advance("12h");
    const passed = own.now().getTime() - before - 12 * 3_600_000;
    // the jump, and besides it no more than the real time of this test
    expect(passed).toBeGreaterThanOrEqual(0);
    expect(passed).toBeLessThanOrEqual(Date.now() - realBefore + 1);
  });
});

describe("safety", () => {
  test("another host than loopback needs a token", async () => {
    await expect(startAwsSimulator({ host: "0.0.0.0" })).rejects.toMatchObject({ code: "REMOTE_REFUSED" });
  });

  test("a foreign Host header is refused", async () => {
    const { request } = await import("node:http");
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request(
        { port: simulator.port, host: "127.0.0.1", method: "POST", headers: { host: "evil.example" } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      )
        .on("error", reject)
        .end("x");
    });
    expect(status).toBe(403);
  });
});
