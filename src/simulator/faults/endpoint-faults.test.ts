/** What unmodified AWS SDKs make of faults of the endpoint. */
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { actionsOfDynalite } from "../aws/dynamodb/actions.ts";
import { type AwsSimulator, startAwsSimulator } from "../index.ts";

let simulator: AwsSimulator;
let sqs: SQS;
let sns: SNS;
let db: DynamoDB;
let QueueUrl: string;
let TopicArn: string;

/** As a system has it from its environment. */
const config = () => ({
  endpoint: simulator.url,
  region: simulator.region,
  credentials: { accessKeyId: "system", secretAccessKey: "x" },
});

beforeEach(async () => {
  simulator = await startAwsSimulator();
  // its own default is more than three attempts, which take long
  [sqs, sns, db] = [new SQS(config()), new SNS(config()), new DynamoDB({ ...config(), maxAttempts: 2 })];
  ({ QueueUrl = "" } = await sqs.createQueue({ QueueName: "orders" }));
  ({ TopicArn = "" } = await sns.createTopic({ Name: "placed" }));
  await sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint: "arn:aws:sqs:eu-west-1:000000000000:orders" });
});
afterEach(async () => {
  for (const client of [sqs, sns, db]) client.destroy();
  await simulator.close();
});

const send = (client = sqs) => client.sendMessage({ QueueUrl, MessageBody: "x" });
const publish = () => sns.publish({ TopicArn, Message: "x" });
const list = () => db.listTables();
const ready = () => simulator.inspect("orders").ready;

/** What the SDK says of a call that failed. */
async function refusal(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (cause: unknown) => cause as Error & { $metadata?: { httpStatusCode?: number; attempts?: number } },
  );
  return [error?.name, error?.$metadata?.httpStatusCode, error?.$metadata?.attempts];
}

describe("a throttled request", () => {
  test("is tried again by the SDK, and takes effect once", async () => {
    using busy = simulator.faults.endpoint.throttle({ nth: [1, 3, 5] });
    for (const call of [send, publish, list]) expect((await call()).$metadata.attempts).toBe(2);
    expect(busy.hits.map(({ text }) => text)).toEqual([
      "SendMessage was throttled",
      "Publish was throttled",
      "ListTables was throttled",
    ]);
    expect(busy.passed).toBe(6);
    expect(ready()).toBe(2);
  });

  test("fails in the end as each service words it", async () => {
    using busy = simulator.faults.endpoint.throttle();
    expect(await Promise.all([send(), publish(), list()].map(refusal))).toEqual([
      ["RequestThrottled", 403, 3],
      ["ThrottlingException", 400, 3],
      ["ProvisionedThroughputExceededException", 400, 2],
    ]);
    expect(busy.hits).toHaveLength(8);
    expect(ready()).toBe(0);
  });

  test("may be one of a service, of an action, of those that a predicate accepts", async () => {
    using one = simulator.faults.endpoint.throttle({ service: "sns", nth: 1 });
    using other = simulator.faults.endpoint.throttle({ action: "SendMessage", nth: 1 });
    using nobody = simulator.faults.endpoint.throttle({ where: ({ accessKeyId }) => accessKeyId !== "system" });
    await publish();
    await send();
    await sqs.receiveMessage({ QueueUrl });
    await list();
    expect([one, other, nobody].map(({ hits, passed }) => [hits.length, passed])).toEqual([
      [1, 2],
      [1, 2],
      [0, 0],
    ]);
    expect([one, other].map(({ name }) => name)).toEqual([
      "throttle on sns, number 1",
      "throttle on SendMessage, number 1",
    ]);
  });

  test("is never one of the test's own, unless that is asked for", async () => {
    const own = new SQS({ ...simulator.config, maxAttempts: 1 });
    using systems = simulator.faults.endpoint.throttle();
    await send(own);
    expect(systems.passed).toBe(0);
    using all = simulator.faults.endpoint.throttle({ callers: "everyone" });
    await expect(send(own)).rejects.toMatchObject({ name: "RequestThrottled" });
    expect(all.hits).toHaveLength(1);
    own.destroy();
  });
});

describe("a request that fails", () => {
  test.for([
    [500, "InternalFailure"],
    [503, "ServiceUnavailable"],
  ] as const)("with %i is tried again by the SDK; without end it is %s", async ([status, name]) => {
    const first = simulator.faults.endpoint.fail({ status, nth: [1, 3, 5] });
    for (const call of [send, publish, list]) expect((await call()).$metadata.attempts).toBe(2);
    first[Symbol.dispose]();
    using all = simulator.faults.endpoint.fail({ status });
    expect(await Promise.all([send(), publish(), list()].map(refusal))).toEqual([
      [name, status, 3],
      [name, status, 3],
      [name, status, 2],
    ]);
    expect(all.hits[0]?.text).toContain(`was answered with ${status}`);
  });

  test("with another status is not known", () => {
    expect(() => simulator.faults.endpoint.fail({ status: 404 as 500 })).toThrow("status of fail(): 404 is not valid");
  });
});

describe("a connection that is closed", () => {
  test("before the request took effect: the SDK tries again, and it takes effect once", async () => {
    using closed = simulator.faults.endpoint.closeConnection({ nth: [1, 3, 5] });
    for (const call of [send, publish, list]) expect((await call()).$metadata.attempts).toBe(2);
    expect(ready()).toBe(2);
    expect(closed.hits[0]?.text).toContain("the connection was closed before it took effect");
  });

  test("instead of the reply: the SDK tries again, and it takes effect twice", async () => {
    using lost = simulator.faults.endpoint.closeConnection({ processed: true, nth: [1, 3, 5] });
    for (const call of [send, publish, list]) expect((await call()).$metadata.attempts).toBe(2);
    expect(ready()).toBe(4);
    expect(lost.hits[0]?.text).toContain("took effect, and its reply was lost");
  });
});

test("a slow reply comes when virtual time says so; the request took effect before", async () => {
  simulator.pause();
  using slow = simulator.faults.endpoint.slow("10s", { nth: [1, 2, 3] });
  const answered: string[] = [];
  const calls = [send, publish, list].map((call) => call().then(() => answered.push(call.name)));
  await expect.poll(() => slow.hits.length).toBe(3);
  expect(ready()).toBe(2);
  await simulator.advance("9s");
  expect(answered).toEqual([]);
  await simulator.advance("1s");
  await Promise.all(calls);
  expect(slow.hits[0]?.text).toContain("is answered 10 s late");
});

test("expired credentials are refused at once, as each service words it", async () => {
  using expired = simulator.faults.endpoint.expireCredentials({ where: ({ accessKeyId }) => accessKeyId === "system" });
  expect(await Promise.all([send(), publish(), list()].map(refusal))).toEqual([
    ["ExpiredTokenException", 403, 1],
    ["ExpiredToken", 403, 1],
    ["ExpiredTokenException", 400, 1],
  ]);
  expect(expired.hits).toHaveLength(3);
  const renewed = new SQS({ ...config(), credentials: { accessKeyId: "renewed", secretAccessKey: "x" } });
  await send(renewed);
  renewed.destroy();
  expect(ready()).toBe(1);
});

describe("a clock that is wrong", () => {
  test("is corrected by the SDK, which reads the time from the refusal and signs anew", async () => {
    using skewed = simulator.faults.endpoint.skewClock("20m");
    for (const call of [send, publish, list]) {
      expect((await call()).$metadata.attempts).toBe(2);
      // it has learnt
      expect((await call()).$metadata.attempts).toBe(1);
    }
    expect(skewed.hits.map(({ text }) => text)).toEqual(
      ["SendMessage", "Publish", "ListTables"].map((action) => `${action} was refused: its clock is wrong`),
    );
  });

  test("is refused for good where the caller does not correct itself", async () => {
    using skewed = simulator.faults.endpoint.skewClock("20m");
    const uncorrected = { ...config(), disableClockSkewCorrection: true, maxAttempts: 1 };
    const [queue, topic] = [new SQS(uncorrected), new SNS(uncorrected)];
    expect(await refusal(send(queue))).toEqual(["InvalidSignatureException", 403, 1]);
    expect(await refusal(topic.publish({ TopicArn, Message: "x" }))).toEqual(["SignatureDoesNotMatch", 403, 1]);
    for (const client of [queue, topic]) client.destroy();
    expect(skewed.hits).toHaveLength(2);
  });

  test("is tolerated up to 15 minutes, and has nothing to do with virtual time", async () => {
    using skewed = simulator.faults.endpoint.skewClock("14m");
    await simulator.advance("12h");
    expect((await send()).$metadata.attempts).toBe(1);
    expect(skewed.hits).toEqual([]);
  });
});

test("a fault of the endpoint is over when it is undone, and no request meets it", async () => {
  const scope = simulator.scopeOpened("one");
  const fault = simulator.faults.endpoint.fail();
  expect(simulator.faults.inForce).toEqual([fault]);
  scope[Symbol.dispose]();
  expect((await send()).$metadata.attempts).toBe(1);
  expect(fault.passed).toBe(0);
});

test("a hit belongs to the test whose message the request carries", async () => {
  const notes: unknown[] = [];
  using listening = simulator.notes(({ fault, about }) => {
    if (fault?.event === "hit") notes.push(about);
  });
  void listening;
  const traceId = `77616b65${"a".repeat(24)}`;
  const traceparent = { DataType: "String", StringValue: `00-${traceId}-00f067aa0ba902b7-01` };
  using busy = simulator.faults.endpoint.throttle({ nth: [1, 3, 5] });
  await sqs.sendMessage({ QueueUrl, MessageBody: "x", MessageAttributes: { traceparent } });
  await sns.publish({ TopicArn, Message: "x", MessageAttributes: { traceparent } });
  await send();
  expect(notes).toEqual([{ traceId }, { traceId }, {}]);
  expect(busy.hits).toHaveLength(3);
});

test("a hit of a batch belongs to each test whose message it carries, and is one hit", async () => {
  const traces: unknown[] = [];
  using listening = simulator.notes(({ fault, about }) => {
    if (fault?.event === "hit") traces.push(about?.traceId);
  });
  void listening;
  const [one, other] = ["a", "b"].map((digit) => `77616b65${digit.repeat(24)}`);
  const MessageAttributes = (traceId?: string) => ({
    traceparent: { DataType: "String", StringValue: `00-${traceId}-00f067aa0ba902b7-01` },
  });
  using busy = simulator.faults.endpoint.throttle({ nth: [1, 3] });
  const bodies = [one, other, one].map((traceId, index) => ({ Id: `${index}`, traceId }));
  await sqs.sendMessageBatch({
    QueueUrl,
    Entries: bodies.map(({ Id, traceId }) => ({ Id, MessageBody: "x", MessageAttributes: MessageAttributes(traceId) })),
  });
  await sns.publishBatch({
    TopicArn,
    PublishBatchRequestEntries: bodies.map(({ Id, traceId }) => ({
      Id,
      Message: "x",
      MessageAttributes: MessageAttributes(traceId),
    })),
  });
  expect(traces).toEqual([one, other, one, other]);
  expect(busy.hitCount).toBe(2);
});

test("a question to STS is answered, whatever is in force", async () => {
  using broken = simulator.faults.endpoint.fail();
  const body = new URLSearchParams({ Action: "GetCallerIdentity", Version: "2011-06-15" });
  const answer = await fetch(simulator.url, { method: "POST", body });
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("<Account>000000000000<")]);
  expect(broken.hitCount).toBe(0);
});

describe("an action", () => {
  test.for([
    [{ action: "SendMesage" }, "an action of SQS, SNS or DynamoDB, such as SendMessage"],
    [{ action: "publish" }, "such as Publish, PublishBatch"],
    [{ action: "PutItems" }, "such as PutItem"],
    [{ service: "sqs", action: "Publish" }, "Expected an action of sqs: names match exactly."],
    [{ action: "Explode" }, "Expected an action of SQS, SNS or DynamoDB: names match exactly."],
  ] as const)("that nobody can call is refused at once: %o", ([selection, expected]) => {
    expect(() => simulator.faults.endpoint.throttle(selection)).toThrow(
      expect.objectContaining({
        code: "INVALID_OPTION",
        message: expect.stringContaining(expected) as unknown,
        // the user's line first
        stack: expect.stringMatching(/names match exactly\.\n {4}at [^\n]*endpoint-faults\.test\.ts/) as unknown,
      }),
    );
    expect(simulator.faults.inForce).toEqual([]);
  });

  test("is known as each service has it, those of DynamoDB as dynalite has them", () => {
    const folder = join(createRequire(import.meta.url).resolve("dynalite"), "../actions");
    const files = readdirSync(folder).map((file) => file.replace(/\.js$/, ""));
    expect(actionsOfDynalite.map((name) => name.slice(0, 1).toLowerCase() + name.slice(1))).toEqual(files.toSorted());
    for (const action of ["ReceiveMessage", "Subscribe", "Query", "TransactWriteItems"])
      simulator.faults.endpoint.fail({ action })[Symbol.dispose]();
  });
});
