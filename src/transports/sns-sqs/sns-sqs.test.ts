/** The transport by the unmodified AWS SDK against the simulator over HTTP. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { IncomingMessage, ListenerSink } from "../../contracts/index.ts";
import { createHarness } from "../../harness/index.ts";
import { type AwsSimulator, startAwsSimulator } from "../../simulator/index.ts";
import { snsSqs, type SnsSqs } from "./index.ts";

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

class Recorder implements ListenerSink {
  readonly events: IncomingMessage[] = [];
  readonly log: string[] = [];
  #changed = Promise.withResolvers<void>();

  event(message: IncomingMessage): void {
    this.events.push(message);
    this.#tell("event");
  }
  undecodable(): void {
    this.#tell("undecodable");
  }
  deaf(): void {
    this.#tell("deaf");
  }
  back(): void {
    this.#tell("back");
  }
  failed(): void {
    this.#tell("failed");
  }
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#changed.promise;
  }
  #tell(what: string): void {
    this.log.push(what);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

describe("a topic", () => {
  test("listens on a tagged queue of its own, and leaves nothing behind", async () => {
    await aws.createTopic("created");
    const before = await sqs.listQueues({});
    const subscription = await aws.topic("created").endpoint.listen?.(new Recorder(), signal);
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
    const recorder = new Recorder();
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
    const subscription = await endpoint.listen?.(new Recorder(), signal);
    expect(await endpoint.send?.({ body: "x", attributes: {} }, signal)).toMatchObject({ reached: 0 });
    await aws.subscribe("created", "other");
    expect(await endpoint.send?.({ body: "x", attributes: {} }, signal)).toMatchObject({ reached: 1 });
    await subscription?.[Symbol.asyncDispose]();
  });
});

describe("a listener whose broker goes away", () => {
  test("is deaf, and back when the broker is", async () => {
    await aws.createQueue("dead");
    const recorder = new Recorder();
    const { port } = simulator;
    const subscription = await aws.deadLetters("dead").endpoint.listen?.(recorder, signal);
    await simulator.close();
    await recorder.until(() => recorder.log.includes("deaf"));
    simulator = await startAwsSimulator({ port });
    await aws.createQueue("dead");
    await recorder.until(() => recorder.log.includes("back") || recorder.log.includes("failed"));
    await subscription?.[Symbol.asyncDispose]();
    // a queue that is gone with its broker is a broken listener, one that is there again is heard again
    expect(recorder.log.filter((what) => what === "deaf")).toHaveLength(1);
  });

  test("fails for good when its queue is deleted", async () => {
    await aws.createQueue("dead");
    const recorder = new Recorder();
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
