import { expect } from "vitest";
import type { ConformanceGroup } from "../conformance-case.ts";
import { refused } from "../endpoint.ts";

export const sqsVisibility: ConformanceGroup = {
  subject: "SQS: visibility",
  cases: [
    {
      title: "a received message is hidden until its visibility timeout is over",
      source: { quote: "prevents other consumers from processing the message again", page: "sqs-visibility-timeout" },
      passes: 1_000,
      async run(aws) {
        const queue = await aws.queue({ VisibilityTimeout: "1" });
        await aws.send(queue, "x");
        expect(await aws.bodies(queue)).toEqual(["x"]);
        expect(await aws.bodies(queue)).toEqual([]);
        await aws.pass(1_000);
        expect(await aws.bodies(queue)).toEqual(["x"]);
      },
    },
    {
      title: "a visibility timeout of 0 makes a message visible at once",
      source: { quote: "setting the timeout to 0", page: "sqs-visibility-timeout" },
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "x");
        const [message] = await aws.receive(queue);
        await aws.sqs.changeMessageVisibility({
          QueueUrl: queue.url,
          ReceiptHandle: message?.ReceiptHandle,
          VisibilityTimeout: 0,
        });
        expect(await aws.bodies(queue)).toEqual(["x"]);
      },
    },
    {
      title: "a visibility timeout over 12 hours is refused",
      source: { quote: "Values range: 0 to 43200", page: "API_ChangeMessageVisibility" },
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "x");
        const [message] = await aws.receive(queue);
        const { ReceiptHandle } = message ?? {};
        await refused(
          aws.sqs.changeMessageVisibility({ QueueUrl: queue.url, ReceiptHandle, VisibilityTimeout: 43_201 }),
          "InvalidParameterValue",
        );
      },
    },
    {
      title: "a timeout in the receive takes the place of the queue's",
      source: { quote: "The parameter is applied to the messages that Amazon SQS returns", page: "API_ReceiveMessage" },
      passes: 1_000,
      async run(aws) {
        const queue = await aws.queue({ VisibilityTimeout: "43200" });
        await aws.send(queue, "x");
        await aws.receive(queue, { VisibilityTimeout: 1 });
        await aws.pass(1_000);
        expect(await aws.bodies(queue)).toEqual(["x"]);
      },
    },
    {
      title: "a changed timeout counts from the change",
      source: {
        quote: "begin to count from the time that you make the ChangeMessageVisibility call",
        page: "API_ChangeMessageVisibility",
      },
      passes: 25_000,
      async run(aws) {
        const queue = await aws.queue({ VisibilityTimeout: "60" });
        await aws.send(queue, "x");
        const [message] = await aws.receive(queue);
        await aws.pass(15_000);
        await aws.sqs.changeMessageVisibility({
          QueueUrl: queue.url,
          ReceiptHandle: message?.ReceiptHandle,
          VisibilityTimeout: 10,
        });
        await aws.pass(9_000);
        expect(await aws.bodies(queue)).toEqual([]);
        await aws.pass(1_000);
        expect(await aws.bodies(queue)).toEqual(["x"]);
      },
    },
    {
      title: "the timeout of a message that is visible again cannot be changed",
      source: { quote: "The specified message isn't in flight", page: "API_ChangeMessageVisibility" },
      passes: 1_000,
      async run(aws) {
        const queue = await aws.queue({ VisibilityTimeout: "1" });
        await aws.send(queue, "x");
        const [message] = await aws.receive(queue);
        const { ReceiptHandle } = message ?? {};
        await aws.pass(1_000);
        await refused(
          aws.sqs.changeMessageVisibility({ QueueUrl: queue.url, ReceiptHandle, VisibilityTimeout: 5 }),
          "MessageNotInflight",
        );
      },
    },
    {
      title: "a message cannot be hidden for more than 12 hours in all",
      source: "inferred",
      passes: 60_000,
      async run(aws) {
        const queue = await aws.queue({ VisibilityTimeout: "120" });
        await aws.send(queue, "x");
        const [message] = await aws.receive(queue);
        const { ReceiptHandle } = message ?? {};
        await aws.pass(60_000);
        await refused(
          aws.sqs.changeMessageVisibility({ QueueUrl: queue.url, ReceiptHandle, VisibilityTimeout: 43_200 }),
          "InvalidParameterValue",
          /Total VisibilityTimeout for the message is beyond the limit/,
        );
      },
    },
    {
      title: "the timeout of a deleted message cannot be changed",
      source: "inferred",
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "x");
        const [message] = await aws.receive(queue);
        const { ReceiptHandle } = message ?? {};
        await aws.sqs.deleteMessage({ QueueUrl: queue.url, ReceiptHandle });
        await refused(
          aws.sqs.changeMessageVisibility({ QueueUrl: queue.url, ReceiptHandle, VisibilityTimeout: 5 }),
          "InvalidParameterValue",
          /Message does not exist or is not available for visibility timeout change/,
        );
      },
    },
  ],
};
