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
  ],
};
