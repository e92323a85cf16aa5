/** The transport by the unmodified AWS SDK against the simulator over HTTP. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RecordingSink } from "../../../test/support/recording-sink.ts";
import { createHarness } from "../../harness/index.ts";
import { type AwsSimulator, startAwsSimulator } from "../../simulator/index.ts";
import { snsSqs, type SnsSqs } from "./index.ts";
import { toAwsAttributes } from "./message.ts";

let simulator: AwsSimulator;
let sns: SNS;
let sqs: SQS;
let aws: SnsSqs;
const signal = new AbortController().signal;

beforeEach(async () => {
  simulator = await startAwsSimulator();
  sns = new SNS({ ...simulator.config, maxAttempts: 1 });
  sqs = new SQS({ ...simulator.config, maxAttempts: 1 });
  aws = snsSqs({ sns, sqs, accounting: simulator, run: "r1" });
});
afterEach(async () => {
  sns.destroy();
  sqs.destroy();
  await simulator.close();
});

describe("a topic", () => {
  test("listens on a tagged queue of its own, and leaves nothing behind", async () => {
    await aws.createTopic("created");
    const before = await sqs.listQueues({});
    const subscription = await aws.topic("created").endpoint.listen?.(new RecordingSink(), signal);
    const during = await sqs.listQueues({});
    expect(during.QueueUrls).toHaveLength(1);
    const { Tags } = await sqs.listQueueTags({ QueueUrl: during.QueueUrls?.[0] ?? "" });
    expect(Tags).toEqual({ "wakeful:run": "r1", "wakeful:expires": expect.any(String) as unknown });
    await subscription?.[Symbol.asyncDispose]();
    expect((await sqs.listQueues({})).QueueUrls).toEqual(before.QueueUrls);
    expect((await sns.listSubscriptions({})).Subscriptions ?? []).toEqual([]);
  });

  test("of 1,000 events none is lost, none comes twice, and all are deleted", async () => {
    await aws.createTopic("created");
    const { endpoint } = aws.topic("created");
    const recorder = new RecordingSink();
    const subscription = await endpoint.listen?.(recorder, signal);
    const TopicArn = await aws.createTopic("created");
    for (let batch = 0; batch < 100; batch++) {
      await sns.publishBatch({
        TopicArn,
        PublishBatchRequestEntries: Array.from({ length: 10 }, (_, index) => ({
          Id: String(index),
          Message: String(batch * 10 + index),
        })),
      });
    }
    await recorder.until(() => recorder.events.length >= 1_000);
    const [url = ""] = (await sqs.listQueues({})).QueueUrls ?? [];
    const name = url.slice(url.lastIndexOf("/") + 1);
    while (simulator.inspect(name).inFlight > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(new Set(recorder.events.map(({ body }) => body)).size).toBe(1_000);
    expect(recorder.events).toHaveLength(1_000);
    await subscription?.[Symbol.asyncDispose]();
  });

  test("attributes have one shape, raw or wrapped, text or bytes; the redelivered event counts its deliveries", async () => {
    await aws.createTopic("created");
    await aws.subscribe("created", "raw");
    await aws.subscribe("created", "wrapped", { raw: false });
    const attributes = { kind: "new", bytes: new Uint8Array([1, 255]) };
    await aws.topic("created").endpoint.send?.({ body: "hello", attributes }, signal);
    for (const queue of ["raw", "wrapped"]) {
      const [message] = await aws.receive(queue);
      expect(message?.body).toBe("hello");
      expect({ ...message?.attributes }).toEqual(attributes);
      await message?.release();
      expect((await aws.receive(queue))[0]?.deliveries).toBe(2);
    }
  });

  test("attributes have that shape on a queue too, whatever their type, and on dead letters of a wrapping subscription", async () => {
    await aws.createTopic("created");
    await aws.createQueue("dead");
    await aws.createQueue("wrapped", { deadLetters: { queue: "dead", maxReceives: 1 } });
    await aws.subscribe("created", "wrapped", { raw: false });
    const MessageAttributes = {
      count: { DataType: "Number", StringValue: "7" },
      custom: { DataType: "String.uuid", StringValue: "u" },
      bytes: { DataType: "Binary.png", BinaryValue: new Uint8Array([1, 255]) },
    };
    const expected = { count: "7", custom: "u", bytes: new Uint8Array([1, 255]) };
    const { MessageId } = await sns.publish({
      TopicArn: await aws.createTopic("created"),
      Message: '{"id":"a"}',
      MessageAttributes,
    });
    await (await aws.receive("wrapped"))[0]?.release();
    expect(await aws.receive("wrapped")).toEqual([]);
    const recorder = new RecordingSink();
    const subscription = await aws.deadLetters("dead").endpoint.listen?.(recorder, signal);
    await recorder.until(() => recorder.events.length === 1);
    await sqs.sendMessage({ QueueUrl: (await aws.inspect("dead")).url, MessageBody: '{"id":"a"}', MessageAttributes });
    await recorder.until(() => recorder.events.length === 2);
    await subscription?.[Symbol.asyncDispose]();
    // a letter is told by the queue's own id: a copy of its body, sent again, is another one
    expect(recorder.events[0]?.id).not.toBe(MessageId);
    for (const { body, attributes } of recorder.events) {
      expect(body).toBe('{"id":"a"}');
      expect({ ...attributes }).toEqual(expected);
    }
  });

  test("an empty attribute is not dropped in silence: the broker is to judge it", () => {
    expect(toAwsAttributes({ empty: "" })).toEqual({ empty: { DataType: "String", StringValue: "" } });
  });

  test("the time of sending is virtual where an accounting says so, and real elsewhere", async () => {
    await aws.createTopic("created");
    const [virtual, real] = [new RecordingSink(), new RecordingSink()];
    const listening = [
      await aws.topic("created").endpoint.listen?.(virtual, signal),
      await snsSqs({ sns, sqs }).topic("created").endpoint.listen?.(real, signal),
    ];
    await aws.topic("created").endpoint.send?.({ body: "x", attributes: {} }, signal);
    await virtual.until(() => virtual.events.length === 1);
    await real.until(() => real.events.length === 1);
    expect([virtual.events[0]?.sentAt, virtual.events[0]?.virtualSentAt]).toEqual([undefined, expect.any(Date)]);
    expect([real.events[0]?.sentAt, real.events[0]?.virtualSentAt]).toEqual([expect.any(Date), undefined]);
    for (const subscription of listening) await subscription?.[Symbol.asyncDispose]();
  });

  test("a listener that cannot be armed leaves no queue behind", async () => {
    await aws.createTopic("created");
    const refusing = new Proxy(sns, {
      get: (target, name) =>
        name === "subscribe"
          ? () => Promise.reject(new Error("AuthorizationError"))
          : (Reflect.get(target, name) as () => unknown).bind(target),
    });
    const listening = snsSqs({ sns: refusing, sqs }).topic("created").endpoint.listen?.(new RecordingSink(), signal);
    await expect(listening).rejects.toThrow("AuthorizationError");
    expect((await sqs.listQueues({})).QueueUrls ?? []).toEqual([]);
  });

  test("one body that cannot be read among three: two are parsed, one is reported", async () => {
    await aws.createTopic("created");
    await using harness = await createHarness({ channels: { created: aws.topic("created") } });
    await using scope = harness.scope("test");
    await scope.channels.created.send({ id: 1 });
    await scope.channels.created.sendRaw("{ no JSON");
    await scope.channels.created.send({ id: 3 });
    await scope.channels.created.next({ id: 1 });
    await scope.channels.created.next({ id: 3 });
    await expect(scope.channels.created.next({ id: 2 }, { within: 20 })).rejects.toMatchObject({
      code: "COULD_NOT_DECODE",
    });
  });

  test("says how many consumers that are not the harness's own a message reached", async () => {
    await aws.createTopic("created");
    const { endpoint } = aws.topic("created");
    const subscription = await endpoint.listen?.(new RecordingSink(), signal);
    expect(await endpoint.send?.({ body: "x", attributes: {} }, signal)).toMatchObject({ reached: 0 });
    await aws.subscribe("created", "other");
    expect(await endpoint.send?.({ body: "x", attributes: {} }, signal)).toMatchObject({ reached: 1 });
    await subscription?.[Symbol.asyncDispose]();
  });
});

describe("a listener", () => {
  test("fails for good when its queue is deleted", async () => {
    await aws.createQueue("dead");
    const recorder = new RecordingSink();
    const subscription = await aws.deadLetters("dead").endpoint.listen?.(recorder, signal);
    await sqs.deleteQueue({ QueueUrl: await aws.createQueue("dead") });
    await recorder.until(() => recorder.log.includes("failed"));
    await subscription?.[Symbol.asyncDispose]();
  });
});

describe("a mistake is a named error", () => {
  test("an unknown topic or queue, with similar names, matched exactly", async () => {
    await aws.createTopic("shop-customer--created");
    await expect(createHarness({ channels: { created: aws.topic("customer--created") } })).rejects.toMatchObject({
      code: "RESOURCE_MISSING",
      facts: { resource: "topic customer--created", similar: ["shop-customer--created"] },
    });
    await aws.createQueue("customer--orders-dlq");
    await expect(createHarness({ channels: { dead: aws.deadLetters("customer--order-dlq") } })).rejects.toMatchObject({
      code: "RESOURCE_MISSING",
      facts: { similar: ["customer--orders-dlq"] },
    });
    await expect(aws.receive("nowhere")).rejects.toMatchObject({ code: "RESOURCE_MISSING" });
  });

  test("a topic is found on any page of the list", async () => {
    for (let index = 0; index < 120; index++) await aws.createTopic(`t${index}`);
    for (const name of ["t0", "t119"]) {
      await snsSqs({ sns, sqs }).topic(name).endpoint.send?.({ body: "x", attributes: {} }, signal);
    }
    await expect(aws.deleteTopic("t120")).rejects.toMatchObject({ code: "RESOURCE_MISSING" });
  });

  test("a topic or queue that was there and is gone", async () => {
    const [topic, queue] = [aws.topic("t").endpoint, aws.queue("q").endpoint];
    const TopicArn = await aws.createTopic("t");
    const QueueUrl = await aws.createQueue("q");
    await topic.send?.({ body: "x", attributes: {} }, signal);
    await queue.send?.({ body: "x", attributes: {} }, signal);
    await sns.deleteTopic({ TopicArn });
    await sqs.deleteQueue({ QueueUrl });
    const gone = { code: "RESOURCE_MISSING" };
    await expect(topic.send?.({ body: "x", attributes: {} }, signal)).rejects.toMatchObject(gone);
    await expect(queue.send?.({ body: "x", attributes: {} }, signal)).rejects.toMatchObject(gone);
    await expect(aws.receive("q")).rejects.toMatchObject(gone);
  });

  test("durations that SQS cannot keep are refused, not rounded", async () => {
    const wrong = (option: string) => ({ code: "INVALID_OPTION", facts: { option, value: "400ms" } });
    await expect(aws.createQueue("q", { visibility: "400ms" })).rejects.toMatchObject(wrong("visibility"));
    await expect(aws.createQueue("q", { delay: "400ms" })).rejects.toMatchObject(wrong("delay"));
    await aws.createQueue("q");
    const { endpoint } = aws.queue("q");
    const delayed = { body: "x", attributes: {}, options: { delay: "400ms" } };
    await expect(endpoint.send?.(delayed, signal)).rejects.toMatchObject(wrong("delay"));
    await endpoint.send?.({ body: "x", attributes: {} }, signal);
    const [message] = await aws.receive("q");
    await expect(message?.release("400ms")).rejects.toMatchObject(wrong("release"));
  });

  test("a receive of more than 10 messages, or that waits longer than 20 s", async () => {
    await aws.createQueue("q");
    for (const max of [0, 11, 1.5])
      await expect(aws.receive("q", { max })).rejects.toMatchObject({
        code: "INVALID_OPTION",
        facts: { option: "max" },
      });
    await expect(aws.receive("q", { wait: "21s" })).rejects.toMatchObject({
      code: "INVALID_OPTION",
      facts: { option: "wait", expected: "at most 20 s" },
    });
  });

  test("missing credentials", async () => {
    const { endpoint, region } = simulator.config;
    const credentials = () =>
      Promise.reject(
        Object.assign(new Error("Could not load credentials from any providers"), { name: "CredentialsProviderError" }),
      );
    const anonymous = snsSqs({
      sns: new SNS({ endpoint, region, credentials }),
      sqs: new SQS({ endpoint, region, credentials }),
    });
    await expect(createHarness({ channels: { created: anonymous.topic("created") } })).rejects.toMatchObject({
      code: "MISSING_CREDENTIALS",
      facts: { client: "SNS" },
    });
  });

  test("nobody at the endpoint", async () => {
    const nobody = { ...simulator.config, endpoint: "http://127.0.0.1:9", maxAttempts: 1 };
    const lost = snsSqs({ sns: new SNS(nobody), sqs: new SQS(nobody) });
    await expect(createHarness({ channels: { created: lost.topic("created") } })).rejects.toMatchObject({
      code: "WRONG_ENDPOINT",
    });
  });

  test("a web server at the endpoint", async () => {
    const server = createServer((_request, response) =>
      response.writeHead(200, { "content-type": "text/html" }).end("<html><body>Welcome</body></html>"),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const web = {
      ...simulator.config,
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      maxAttempts: 1,
    };
    const lost = snsSqs({ sns: new SNS(web), sqs: new SQS(web) });
    await expect(createHarness({ channels: { dead: lost.deadLetters("dead") } })).rejects.toMatchObject({
      code: "WRONG_ENDPOINT",
    });
    server.close();
    server.closeAllConnections();
  });
});

describe("by hand", () => {
  test("a released message stays hidden for its time, and after the last receive it is a dead letter", async () => {
    await aws.createQueue("dead");
    await aws.createQueue("q", { deadLetters: { queue: "dead", maxReceives: 2 } });
    await aws.queue("q").endpoint.send?.({ body: "x", attributes: { kind: "new" } }, signal);
    await (await aws.receive("q"))[0]?.release("10s");
    expect(await aws.receive("q")).toEqual([]);
    await simulator.advance("10s");
    const [again] = await aws.receive("q", { visibility: "5s" });
    expect(again?.deliveries).toBe(2);
    expect(await aws.inspect("q")).toMatchObject({ ready: 0, inFlight: 1 });
    await simulator.advance("5s");
    expect(await aws.receive("q")).toEqual([]);
    expect(await aws.receive("dead")).toMatchObject([{ body: "x", attributes: { kind: "new" } }]);
  });

  test("creating is idempotent; delay, visibility and dead letters are set", async () => {
    expect(await aws.createTopic("t")).toBe(await aws.createTopic("t"));
    await aws.createQueue("dead");
    const url = await aws.createQueue("q", {
      visibility: "10s",
      delay: "5s",
      deadLetters: { queue: "dead", maxReceives: 2 },
    });
    expect(await aws.createQueue("q", { visibility: "10s" })).toBe(url);
    expect((await aws.inspect("q")).attributes).toMatchObject({
      VisibilityTimeout: "10",
      DelaySeconds: "5",
      RedrivePolicy: expect.stringContaining(":dead") as unknown,
    });
  });

  test("receive takes, delete removes, release gives back; nothing there is an empty list", async () => {
    await aws.createQueue("q");
    expect(await aws.receive("q")).toEqual([]);
    await aws.queue("q").endpoint.send?.({ body: "x", attributes: {} }, signal);
    const [first] = await aws.receive("q", { max: 1, wait: "1s" });
    expect(await aws.inspect("q")).toMatchObject({ ready: 0, inFlight: 1 });
    await first?.release();
    const [second] = await aws.receive("q");
    await second?.delete();
    expect(await aws.inspect("q")).toMatchObject({ ready: 0, inFlight: 0 });
  });

  test("purge removes what is ready and in flight", async () => {
    await aws.createQueue("q");
    const queue = aws.queue("q").endpoint;
    await queue.send?.({ body: "x", attributes: {} }, signal);
    await queue.send?.({ body: "y", attributes: {} }, signal);
    await aws.receive("q", { max: 1 });
    await aws.purge("q");
    expect(await aws.inspect("q")).toMatchObject({ ready: 0, inFlight: 0 });
  });

  test("a filter policy lets one of two through; a fan-out reaches both queues", async () => {
    await aws.subscribe("t", "all");
    await aws.subscribe("t", "some", { filterPolicy: { kind: ["new"] } });
    for (const kind of ["old", "new"])
      await aws.topic("t").endpoint.send?.({ body: kind, attributes: { kind } }, signal);
    expect((await aws.receive("all")).map(({ body }) => body)).toEqual(["old", "new"]);
    expect((await aws.receive("some")).map(({ body }) => body)).toEqual(["new"]);
  });

  test("an aborted receive rejects with the signal's reason, and takes nothing", async () => {
    await aws.createQueue("q");
    const controller = new AbortController();
    const receiving = aws.receive("q", { wait: "20s", signal: controller.signal });
    while (simulator.inspect("q").polls === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort(new Error("enough"));
    await expect(receiving).rejects.toThrow("enough");
    while (simulator.inspect("q").polls > 0) await new Promise((resolve) => setImmediate(resolve));
    await aws.queue("q").endpoint.send?.({ body: "x", attributes: {} }, signal);
    expect(await aws.receive("q")).toHaveLength(1);
  });
});
