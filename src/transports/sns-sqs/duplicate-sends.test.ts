/** What a FIFO queue takes for a message that it had, within a test and of an earlier one. */
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { expect, onTestFinished, test } from "vitest";
import { redOf } from "../../../test/support/red.ts";
import { createHarness } from "../../harness/index.ts";
import { startAwsSimulator } from "../../simulator/index.ts";
import { snsSqs } from "./index.ts";

const same = { key: "group", deduplicationId: "same" };

async function open() {
  const simulator = await startAwsSimulator();
  const [sns, sqs] = [new SNS(simulator.config), new SQS(simulator.config)];
  const aws = snsSqs({ sns, sqs, accounting: simulator });
  await aws.createQueue("orders.fifo");
  await aws.createTopic("done");
  const channels = { orders: aws.queue("orders.fifo"), done: aws.topic("done") };
  const harness = await createHarness({ channels, sla: "100ms" });
  onTestFinished(async () => {
    await harness.close();
    for (const client of [sns, sqs]) client.destroy();
    await simulator.close();
  });
  /** As a system does, without a word of it. */
  const work = async () => {
    for (const message of await aws.receive("orders.fifo")) await message.delete();
  };
  return { harness, work };
}

test("sent twice in one test, it has reached whom the first one reached", async () => {
  const { harness, work } = await open();
  await using scope = harness.scope("test");
  await scope.channels.orders.send({ id: 1 }, same);
  await work();
  expect(await scope.channels.orders.send({ id: 1 }, same)).toMatchObject({ duplicate: true });
  expect(await scope.channels.done.none(() => true)).toMatchObject({ how: "watched" });
});

test("sent by an earlier test, it has reached nobody in this one, whose silence proves nothing", async () => {
  const { harness, work } = await open();
  const first = harness.scope("first");
  await first.channels.orders.send({ id: 1 }, same);
  await work();
  await first.close();
  const second = harness.scope("second");
  expect(await second.channels.orders.send({ id: 2 }, same)).toMatchObject({ duplicate: true });
  expect(await redOf(second.channels.done.none(() => true))).toMatchObject({
    code: "UNHEARD",
    message: expect.stringMatching(/reached nobody[^]*sent orders #\d+, a duplicate to the broker/) as unknown,
  });
  expect(await redOf(second.channels.done.next({ id: 2 }))).toMatchObject({ code: "UNHEARD" });
  await second.close({ failed: true });
});
