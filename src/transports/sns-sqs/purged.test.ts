/** What a purge takes away is in the failure of a wait for what should have come of it. */
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { createHarness } from "../../harness/index.ts";
import { startAwsSimulator } from "../../simulator/index.ts";
import { snsSqs } from "./index.ts";

test("a wait for the effect of a message that was purged says so", async () => {
  await using simulator = await startAwsSimulator();
  const aws = snsSqs({ sns: new SNS(simulator.config), sqs: new SQS(simulator.config), accounting: simulator });
  await aws.createTopic("billed");
  await aws.createQueue("orders");
  await using harness = await createHarness({
    channels: { orders: aws.queue("orders"), billed: aws.topic("billed") },
    sla: "50ms",
  });
  const scope = harness.scope("test");
  await scope.channels.orders.send({ order: 1 });
  await aws.purge("orders");
  const message = expect.stringMatching(/purged from queue orders: 1 message\n/) as string;
  await expect(scope.channels.billed.next()).rejects.toMatchObject({ message });
  await scope.close({ failed: true });
});
