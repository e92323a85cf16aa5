/** Policies are judged once for a subscription, and again when they change. */
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { expect, onTestFinished, test } from "vitest";
import { startAwsSimulator } from "../index.ts";

test("a policy that changes decides from then on", async () => {
  const simulator = await startAwsSimulator({ strictPolicies: true });
  const [sns, sqs] = [new SNS(simulator.config), new SQS(simulator.config)];
  onTestFinished(async () => {
    sns.destroy();
    sqs.destroy();
    await simulator.close();
  });
  const { QueueUrl } = await sqs.createQueue({ QueueName: "orders" });
  const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["QueueArn"] });
  const { TopicArn } = await sns.createTopic({ Name: "placed" });
  await sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint: Attributes?.QueueArn });
  const ready: number[] = [];
  const allow = { Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: Attributes?.QueueArn };
  for (const Statement of [[], [allow], [allow, { ...allow, Effect: "Deny" }], [allow]]) {
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await sqs.setQueueAttributes({ QueueUrl, Attributes: { Policy } });
    for (let time = 0; time < 2; time++) await sns.publish({ TopicArn, Message: "x" });
    ready.push(simulator.inspect("orders").ready);
  }
  expect(ready).toEqual([0, 2, 2, 4]);
});
