import { expect } from "vitest";
import type { ConformanceGroup } from "../conformance-case.ts";

export const sqsLongPolls: ConformanceGroup = {
  subject: "SQS: long polls",
  cases: [
    {
      title: "a long poll gets the message that is sent later",
      source: {
        quote: "If a message is available, the call returns sooner than WaitTimeSeconds",
        page: "API_ReceiveMessage",
      },
      async run(aws) {
        const queue = await aws.queue();
        const poll = aws.bodies(queue, { WaitTimeSeconds: 20 });
        await aws.send(queue, "x");
        expect(await poll).toEqual(["x"]);
      },
    },
    {
      title: "a long poll ends without messages when its time is over",
      source: { quote: "the wait time expires, the call does not return a message list", page: "API_ReceiveMessage" },
      passes: 1_000,
      async run(aws) {
        const queue = await aws.queue();
        const answer = await aws.sqs.receiveMessage({ QueueUrl: queue.url, WaitTimeSeconds: 1 });
        expect(answer.Messages).toBeUndefined();
      },
    },
    {
      title: "the queue's own wait time makes receives long polls",
      source: { quote: "a ReceiveMessage action waits for a message to arrive", page: "API_CreateQueue" },
      async run(aws) {
        const queue = await aws.queue({ ReceiveMessageWaitTimeSeconds: "20" });
        const poll = aws.bodies(queue);
        await aws.send(queue, "x");
        expect(await poll).toEqual(["x"]);
      },
    },
    {
      title: "a wait time of 0 makes a receive a short poll whatever the queue says",
      source: "inferred",
      async run(aws) {
        const queue = await aws.queue({ ReceiveMessageWaitTimeSeconds: "20" });
        expect(await aws.bodies(queue, { WaitTimeSeconds: 0 })).toEqual([]);
      },
    },
    {
      title: "a long poll gets a message whose visibility timeout is over",
      source: { quote: "it becomes visible again and can be retrieved by other consumers", page: "API_ReceiveMessage" },
      passes: 1_000,
      async run(aws) {
        const queue = await aws.queue({ VisibilityTimeout: "1" });
        await aws.send(queue, "x");
        await aws.receive(queue);
        const poll = aws.bodies(queue, { WaitTimeSeconds: 20 });
        await aws.pass(1_000);
        expect(await poll).toEqual(["x"]);
      },
    },
    {
      title: "a long poll gets a message whose delay is over",
      source: { quote: "become available for processing after the delay period is finished", page: "API_SendMessage" },
      passes: 1_000,
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "x", { DelaySeconds: 1 });
        const poll = aws.bodies(queue, { WaitTimeSeconds: 20 });
        await aws.pass(1_000);
        expect(await poll).toEqual(["x"]);
      },
    },
  ],
};
