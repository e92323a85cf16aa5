/** Whom a message for an HTTP endpoint reached, as waits and proofs see it. */
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Endpoint } from "../../../test/conformance/endpoint.ts";
import { HttpReceiver } from "../../../test/conformance/http-receiver.ts";
import { createHarness, type Harness } from "../../harness/index.ts";
import { type AwsSimulator, startAwsSimulator } from "../../simulator/index.ts";
import { snsSqs, type SnsSqs } from "./index.ts";

let simulator: AwsSimulator;
let client: Endpoint;
let receiver: HttpReceiver;
let subscription: string;
let aws: SnsSqs;
let harness: Harness<ReturnType<typeof channelsOf>>;

const channelsOf = () => ({ placed: aws.topic("placed"), billed: aws.topic("billed") });

beforeEach(async () => {
  simulator = await startAwsSimulator();
  simulator.pause();
  client = new Endpoint({ name: "simulator", url: simulator.url });
  receiver = await HttpReceiver.listen();
  aws = snsSqs({ sns: new SNS(simulator.config), sqs: new SQS(simulator.config), accounting: simulator });
  for (const topic of ["placed", "billed"]) await aws.createTopic(topic);
  subscription = await receiver.subscribe(client, await client.topic({}, "placed"));
  harness = await createHarness({ channels: channelsOf(), sla: "300ms" });
});
afterEach(async () => {
  await harness.close();
  await receiver[Symbol.asyncDispose]();
  client[Symbol.dispose]();
  await simulator.close();
});

async function place() {
  const scope = harness.scope("test");
  const { id } = await scope.channels.placed.send({ order: 1 });
  await receiver.take("Notification");
  return { scope, id, ...scope.channels };
}

test("while it is being delivered it may have been heard: nothing is judged unheard", async () => {
  receiver.answer = "silent";
  const { scope, id, billed } = await place();
  expect(simulator.reached(id)).toBe(1);
  await expect(billed.next()).rejects.toMatchObject({
    code: "SLA_VIOLATED",
    message: expect.stringContaining("1 being delivered to http://127.0.0.1") as string,
  });
  await expect(billed.none()).rejects.toMatchObject({ code: "UNKNOWN" });
  await scope.close({ failed: true });
});

test("once it was taken it was heard", async () => {
  const { scope, id, billed } = await place();
  expect((await billed.none()).facts).toContain("heard");
  expect(simulator.reached(id)).toBe(1);
  await scope.close();
});

describe("it is unheard", () => {
  const given = async ({ scope, id, billed }: Awaited<ReturnType<typeof place>>, told: string) => {
    await expect.poll(() => simulator.reached(id)).toBe(0);
    for (const wait of [billed.none(), billed.next(), scope.settled()])
      await expect(wait).rejects.toMatchObject({
        code: "UNHEARD",
        message: expect.stringContaining(told) as string,
      });
    await scope.close({ failed: true });
  };

  test("when the endpoint refused it", async () => {
    receiver.answer = 404;
    await given(await place(), "HTTP 404");
  });

  test("when all of its retries failed, not before", async () => {
    receiver.answer = 500;
    const placed = await place();
    const failures = () => simulator.history(placed.id).filter(({ what }) => what === "delivery failed");
    await expect.poll(failures).toHaveLength(1);
    expect(simulator.reached(placed.id)).toBe(1);
    await simulator.advance("60s");
    await given(placed, "HTTP 500 (attempt 4)");
  });

  test("when its subscription ended while it was tried", async () => {
    receiver.answer = "silent";
    const placed = await place();
    await client.sns.unsubscribe({ SubscriptionArn: subscription });
    await given(placed, "its subscription has ended");
  });
});

test("twice, by a fault, and refused twice: one endpoint was not reached", async () => {
  using _twice = simulator.faults.on("placed").duplicate();
  const scope = harness.scope("test");
  receiver.answer = 404;
  const { id } = await scope.channels.placed.send({ order: 1 });
  await receiver.take("Notification", 2);
  await expect.poll(() => simulator.reached(id)).toBe(0);
  expect(simulator.history(id).filter(({ what }) => what === "discarded")).toHaveLength(2);
  await scope.close({ failed: true });
});
