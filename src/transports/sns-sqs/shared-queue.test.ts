/** Dead-letter queues on a broker that others use too: one reader, and nothing of theirs is taken away (T6). */
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { errorOf, wakefulErrorOf } from "../../../test/support/red.ts";
import type { ListenerSink } from "../../contracts/index.ts";
import { createHarness } from "../../harness/index.ts";
import { type AwsSimulator, startAwsSimulator } from "../../simulator/index.ts";
import { snsSqs } from "./index.ts";

let simulator: AwsSimulator;
let sns: SNS;
let sqs: SQS;
let url: string;

beforeEach(async () => {
  simulator = await startAwsSimulator();
  sns = new SNS({ ...simulator.config, maxAttempts: 1 });
  sqs = new SQS({ ...simulator.config, maxAttempts: 1 });
  url = await snsSqs({ sns, sqs }).createQueue("orders--dlq", { visibility: "5s" });
});
afterEach(async () => {
  sns.destroy();
  sqs.destroy();
  await simulator.close();
});

const shared = (run: string, clock?: ManualClock) => snsSqs({ sns, sqs, run, ...(clock && { clock }) });
const open = (run: string, clock?: ManualClock) =>
  createHarness({ channels: { dead: shared(run, clock).deadLetters("orders--dlq", { allow: true }) } });
const leaseOf = async () => (await sqs.listQueueTags({ QueueUrl: url })).Tags?.["wakeful:reader"];
const put = (body: unknown, traceparent?: string) =>
  sqs.sendMessage({
    QueueUrl: url,
    MessageBody: JSON.stringify(body),
    ...(traceparent !== undefined && {
      MessageAttributes: { traceparent: { DataType: "String", StringValue: traceparent } },
    }),
  });

describe("the lease", () => {
  test("is a tag with run and expiry, and is taken off at the end", async () => {
    const clock = new ManualClock();
    const harness = await open("r1", clock);
    expect(await leaseOf()).toMatch(/^r1\/[0-9a-f]{8} 2026-01-01T00:00:30\.000Z \d+@\S+$/);
    await harness.close();
    expect(await leaseOf()).toBeUndefined();
  });

  test("keeps a second reader out, which is told who reads", async () => {
    const first = await open("r1");
    expect(await wakefulErrorOf(open("r2"))).toMatchObject({
      code: "COMPETING_LISTENERS",
      facts: { resource: "dead letters orders--dlq", holder: expect.stringMatching(/^run r1\//) as string },
    });
    await first.close();
    await (await open("r2")).close();
  });

  test("is renewed while it is held, and may be taken over 30 s after its holder died", async () => {
    const clock = new ManualClock();
    const died = await open("r1", clock);
    for (let seconds = 0; seconds < 40; seconds += 5) await clock.advance(5_000);
    await expect.poll(leaseOf).toContain("2026-01-01T00:01:10");
    const later = new ManualClock();
    await later.advance(69_000);
    expect(await wakefulErrorOf(open("r2", later))).toMatchObject({ code: "COMPETING_LISTENERS" });
    await later.advance(2_000);
    const heir = await open("r2", later);
    await heir.close();
    await died.close();
  });

  test("that somebody else has taken breaks the listener at the next renewal, and is left to them", async () => {
    const clock = new ManualClock();
    const harness = await open("r1", clock);
    const theirs = `r2/00000000 ${new Date(clock.wall() + 3_600_000).toISOString()}`;
    await sqs.tagQueue({ QueueUrl: url, Tags: { "wakeful:reader": theirs } });
    await clock.advance(10_000);
    await using scope = harness.scope("with a broken listener");
    await expect
      .poll(() => errorOf(scope.channels.dead.next({ id: "x" }, { within: 0 })))
      .toMatchObject({
        code: "LISTENER_FAILED",
        cause: { code: "COMPETING_LISTENERS" },
      });
    await scope.close().catch(() => undefined);
    await harness.close().catch(() => undefined);
    expect(await leaseOf()).toBe(theirs);
  });

  test("is not needed on a simulator of one's own", async () => {
    const aws = snsSqs({ sns, sqs, accounting: simulator });
    const harness = await createHarness({ channels: { dead: aws.deadLetters("orders--dlq") } });
    expect(await leaseOf()).toBeUndefined();
    await harness.close();
  });
});

describe("messages", () => {
  async function ids(): Promise<string[]> {
    const messages = await snsSqs({ sns, sqs }).receive("orders--dlq");
    return messages.map(({ body }) => (JSON.parse(body) as { id: string }).id).toSorted();
  }

  test("of this run are deleted, those of others and those of nobody are given back", async () => {
    const harness = await open("r1");
    const scope = harness.scope("mine");
    await put({ id: "mine by trace" }, scope.headers["traceparent"]);
    await put({ id: "another run's" }, `00-77616b65${"0".repeat(23)}1-00000000000000aa-01`);
    await put({ id: "nobody's" });
    await put({ id: "own" });
    for (const id of ["mine by trace", "nobody's", "own"]) await scope.channels.dead.next({ id });
    // declared when the message is here already
    scope.own("own");
    await scope.close();
    await harness.close();
    expect(await ids()).toEqual(["another run's", "nobody's"]);
  });

  test("that stay are told once, however often they become visible again", async () => {
    const told: string[] = [];
    const sink: ListenerSink = {
      event: ({ id }) => told.push(id),
      undecodable: ({ id }) => told.push(id),
      deaf: () => told.push("deaf"),
      back: () => told.push("back"),
      failed: () => told.push("failed"),
      ours: () => false,
    };
    const subscription = await shared("r1")
      .deadLetters("orders--dlq")
      .endpoint.listen?.(sink, new AbortController().signal);
    const { MessageId } = await put({ id: "nobody's" });
    await simulator.advance("16s");
    expect(simulator.inspect("orders--dlq").messages[0]?.receives).toBeGreaterThan(2);
    expect(told).toEqual([MessageId]);
    await subscription?.[Symbol.asyncDispose]();
    expect(await ids()).toEqual(["nobody's"]);
  });
});
