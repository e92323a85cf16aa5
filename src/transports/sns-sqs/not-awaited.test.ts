/** What a test does to its broker, and forgets to await: its scope is red, as for a wait. */
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { wakefulErrorOf } from "../../../test/support/red.ts";
import { createHarness } from "../../harness/index.ts";
import { type AwsSimulator, startAwsSimulator } from "../../simulator/index.ts";
import { snsSqs, type SnsSqs } from "./index.ts";

let simulator: AwsSimulator;
let aws: SnsSqs;

beforeEach(async () => {
  simulator = await startAwsSimulator();
  aws = snsSqs({ sns: new SNS(simulator.config), sqs: new SQS(simulator.config), accounting: simulator });
  await aws.createTopic("orders");
  await aws.createQueue("orders--dlq");
  await aws.createQueue("work", { deadLetters: { queue: "orders--dlq", maxReceives: 1 } });
});
afterEach(() => simulator.close());

const acts: readonly [name: string, act: () => Promise<unknown>][] = [
  ["advance of the simulator", () => simulator.advance("1s")],
  ["advanceTo of the simulator", () => simulator.advanceTo(new Date(simulator.now().getTime() + 60_000))],
  ["advanceToNext of the simulator", () => simulator.advanceToNext()],
  ["purge of work", () => aws.purge("work")],
  ["redrive of orders--dlq", () => aws.redrive("orders--dlq")],
];

test.each(acts)("%s", async (name, act) => {
  await using harness = await createHarness({ channels: { orders: aws.topic("orders") } });
  const forgetful = harness.scope("forgetful");
  forgetful.run(() => void act());
  const error = await wakefulErrorOf(forgetful.close());
  expect(error).toMatchObject({
    code: "NOT_AWAITED",
    message: expect.stringContaining(`${name} was started in "forgetful", and nobody awaited it`) as string,
  });
  // the line of the test
  expect(error.stack?.split("\n")[2]).toContain("not-awaited.test.ts");
});

test("what is awaited, at once or later, is nothing to tell of", async () => {
  await using harness = await createHarness({ channels: { orders: aws.topic("orders") } });
  for (const [, act] of acts) {
    const scope = harness.scope("careful");
    const acting = scope.run(act);
    await scope.channels.orders.send({ id: 1 });
    await acting;
    await expect(scope.close()).resolves.toBeUndefined();
  }
});
