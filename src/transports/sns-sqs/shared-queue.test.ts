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
const open = (run: string, clock = new ManualClock()) =>
  clock.until(createHarness({ channels: { dead: shared(run, clock).deadLetters("orders--dlq", { allow: true }) } }));
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
    expect(await wakefulErrorOf(died.close())).toMatchObject({
      code: "COMPETING_LISTENERS",
      facts: {
        holder: expect.stringMatching(
          /^one that took the lease of run r1\/[0-9a-f]{8} and has given it back/,
        ) as string,
      },
    });
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
    // what is there now is theirs: nothing is read any more
    await put({ id: "theirs" });
    expect(await snsSqs({ sns, sqs }).receive("orders--dlq")).toMatchObject([{ body: '{"id":"theirs"}' }]);
    await scope.close();
    expect(await wakefulErrorOf(harness.close())).toMatchObject({ code: "COMPETING_LISTENERS" });
    expect(await leaseOf()).toBe(theirs);
  });

  test("that somebody else has taken since the last renewal fails the run at its end, and is left to them", async () => {
    const harness = await open("r1");
    const theirs = "r2/00000000 2026-01-01T01:00:00.000Z 7@elsewhere";
    await sqs.tagQueue({ QueueUrl: url, Tags: { "wakeful:reader": theirs } });
    expect(await wakefulErrorOf(harness.close())).toMatchObject({
      code: "COMPETING_LISTENERS",
      facts: {
        resource: "dead letters orders--dlq",
        holder: "run r2/00000000, process 7 on elsewhere, until 2026-01-01T01:00:00.000Z or longer",
      },
    });
    expect(await leaseOf()).toBe(theirs);
  });

  test("that is being taken is given back when the harness is given up meanwhile", async () => {
    const clock = new ManualClock();
    const givenUp = new AbortController();
    const channels = { dead: shared("r1", clock).deadLetters("orders--dlq") };
    const opening = errorOf(createHarness({ channels, signal: givenUp.signal }));
    await expect.poll(leaseOf).toMatch(/^r1\//);
    givenUp.abort(new Error("too slow"));
    expect(await opening).toMatchObject({ message: "too slow" });
    expect(await leaseOf()).toBeUndefined();
  });

  test("that was taken slowly is watched until a holder whom that overtook has renewed his own", async () => {
    const clock = new ManualClock();
    sqs.middlewareStack.add(
      (next, { commandName }) =>
        async (call) => {
          if (commandName === "TagQueueCommand") clock.block(501);
          return await next(call);
        },
      { step: "initialize" },
    );
    const harness = await open("r1", clock);
    // 501 ms for the write, then a renewal's 10 s and 500 ms
    expect(clock.now()).toBe(11_001);
    await harness.close();
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
    const clock = new ManualClock();
    const { endpoint } = shared("r1", clock).deadLetters("orders--dlq");
    const subscription = await clock.until(endpoint.listen(sink, new AbortController().signal));
    const { MessageId } = await put({ id: "nobody's" });
    await simulator.advance("16s");
    expect(simulator.inspect("orders--dlq").messages[0]?.receives).toBeGreaterThan(2);
    expect(told).toEqual([MessageId]);
    await subscription[Symbol.asyncDispose]();
    expect(await ids()).toEqual(["nobody's"]);
  });
});
