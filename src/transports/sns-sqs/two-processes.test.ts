/** Harnesses in processes of their own on one broker that others use too: who may read, and what a killed one leaves. */
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { brokers, type TestBroker } from "../../../test/support/brokers.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { ReaderProcess } from "../../../test/support/reader-process/reader-process.ts";
import { snsSqs, type SnsSqs } from "./index.ts";

const seconds = 1_000;
const hours = 3_600 * seconds;
let broker: TestBroker;
let sns: SNS;
let sqs: SQS;
let aws: SnsSqs;

describe.each(brokers)("on $name", { timeout: 60_000 }, ({ name, start }) => {
  beforeEach(async () => {
    broker = await start();
    sns = new SNS({ ...broker.config, maxAttempts: 1 });
    sqs = new SQS({ ...broker.config, maxAttempts: 1 });
    aws = snsSqs({ sns, sqs });
  });
  afterEach(async () => {
    sns.destroy();
    sqs.destroy();
    await broker[Symbol.asyncDispose]();
  });

  const readLetters = (run: string, ahead = 0) =>
    ReaderProcess.start({ config: broker.config, run, deadLetters: "orders--dlq", ahead });
  const listen = (run: string) => ReaderProcess.start({ config: broker.config, run, topic: "orders" });

  describe("the lease of a reader", () => {
    const lease = async () => {
      const { url: QueueUrl } = await aws.inspect("orders--dlq");
      return (await sqs.listQueueTags({ QueueUrl })).Tags?.["wakeful:reader"];
    };
    beforeEach(async () => {
      await aws.createQueue("orders--dlq");
    });

    test("keeps a second process out, is renewed, and falls to the next when its holder was killed and 30 s are over", async () => {
      const { reader: first, said } = await readLetters("first");
      expect(said).toEqual({ armed: true });
      const refused = {
        refused: {
          code: "COMPETING_LISTENERS",
          facts: {
            resource: "dead letters orders--dlq",
            holder: expect.stringMatching(
              new RegExp(`^run first/[0-9a-f]{8}, process ${first.pid} on .+, until `),
            ) as string,
          },
        },
      };
      expect((await readLetters("second")).said).toEqual(refused);

      // renewed: 40 s later it still holds
      for (const until of ["00:40", "00:50", "01:00", "01:10"]) {
        await first.tell({ advance: 10 * seconds });
        await expect.poll(lease).toContain(`2026-01-01T00:${until}`);
      }
      expect((await readLetters("second", 40 * seconds)).said).toEqual(refused);

      await first[Symbol.asyncDispose]();
      expect((await readLetters("second", 69 * seconds)).said).toEqual(refused);
      const { reader: heir, said: then } = await readLetters("second", 71 * seconds);
      expect(then).toEqual({ armed: true });
      await heir.close();
      expect(await lease()).toBeUndefined();
    });

    test("is one process's only when two take it in the same moment: the later one's, and the other is told", async () => {
      const start = (run: string) =>
        ReaderProcess.start({ config: broker.config, run, deadLetters: "orders--dlq", stepwise: true });
      const [{ reader: early, said: first }, { reader: late, said: second }] = await Promise.all([
        start("early"),
        start("late"),
      ]);
      await using _ = early;
      // neither has found a lease
      expect([first, second]).toEqual([{ stoppedBefore: "writing" }, { stoppedBefore: "writing" }]);
      for (const reader of [early, late])
        expect(await reader.tell({ goOn: true })).toEqual({ stoppedBefore: "settling" });
      expect(await early.tell({ goOn: true })).toMatchObject({
        refused: { code: "COMPETING_LISTENERS", facts: { holder: expect.stringMatching(/^run late\//) as string } },
      });
      expect(await late.tell({ goOn: true })).toEqual({ armed: true });
      await late.close();
      expect(await lease()).toBeUndefined();
    });

    // fauxqs cannot: it hands what is given back to the reader's last poll, which was aborted, and nobody gets it for 30 s
    const canGiveBack = name !== "fauxqs";
    test(`is given up at the end${canGiveBack ? ", with the letters of others" : ""}`, async () => {
      const { reader: first } = await readLetters("first");
      await using _ = first;
      const { headers } = (await first.tell({ give: "headers" })) as { headers: Record<string, string> };
      const QueueUrl = await aws.createQueue("orders--dlq");
      const put = (id: string, traceparent: string) =>
        sqs.sendMessage({
          QueueUrl,
          MessageBody: JSON.stringify({ id }),
          MessageAttributes: { traceparent: { DataType: "String", StringValue: traceparent } },
        });
      await put("its own", headers["traceparent"] ?? "");
      await put("another run's", `00-77616b65${"0".repeat(23)}1-00000000000000aa-01`);
      await expect.poll(() => aws.inspect("orders--dlq")).toMatchObject({ ready: 0, inFlight: 1 });
      expect(await first.tell({ give: "events" })).toEqual({ events: [{ id: "its own" }] });
      await first.close();
      if (canGiveBack) expect(await aws.receive("orders--dlq")).toMatchObject([{ body: '{"id":"another run\'s"}' }]);
      const { reader: second, said } = await readLetters("second");
      expect(said).toEqual({ armed: true });
      await second.close();
    });
  });

  describe("what two killed processes leave", () => {
    const own = async () => {
      const { QueueUrls = [] } = await sqs.listQueues({ QueueNamePrefix: "wakeful-" });
      return QueueUrls.map((url) => url.slice(url.lastIndexOf("/") + 1)).toSorted();
    };
    const subscriptions = async () =>
      ((await sns.listSubscriptions()).Subscriptions ?? []).map(({ Endpoint }) => Endpoint);
    const sweepAt = async (ahead: number) => {
      const clock = new ManualClock();
      await clock.advance(ahead);
      return await snsSqs({ sns, sqs, clock }).sweep();
    };

    test("is swept away once it has expired: queues, subscriptions, and subscriptions of queues that are gone", async () => {
      await aws.subscribe("orders", "customers");
      for (const run of ["one", "two"]) {
        const { reader, said } = await listen(run);
        expect(said).toEqual({ armed: true });
        await reader[Symbol.asyncDispose]();
      }
      expect(await own()).toEqual([expect.stringMatching(/^wakeful-one-/), expect.stringMatching(/^wakeful-two-/)]);
      expect(await subscriptions()).toHaveLength(3);
      expect(await sweepAt(5 * hours)).toEqual({ queues: [], subscriptions: [] });

      // somebody removed a queue by hand: its subscription has no tag any more that says when it expires
      const [first = "", second = ""] = await own();
      await aws.deleteQueue(first);
      expect(await sweepAt(5 * hours)).toMatchObject({ queues: [], subscriptions: [expect.any(String)] });
      expect(await subscriptions()).toHaveLength(2);

      expect(await sweepAt(7 * hours)).toMatchObject({ queues: [second], subscriptions: [expect.any(String)] });
      expect(await own()).toEqual([]);
      expect(await subscriptions()).toEqual([expect.stringMatching(/:customers$/)]);
    });
  });
});
