import { expect } from "vitest";
import type { ConformanceGroup } from "../conformance-case.ts";
import { type CreatedQueue, type Endpoint, refused } from "../endpoint.ts";

async function attributes(aws: Endpoint, queue: CreatedQueue, ...names: ("All" | "QueueArn" | "Policy")[]) {
  const { Attributes } = await aws.sqs.getQueueAttributes({ QueueUrl: queue.url, AttributeNames: names });
  return Attributes;
}

/** Refused below and above, taken at both ends. */
async function range(aws: Endpoint, name: string, least: number, most: number): Promise<void> {
  for (const value of [least, most]) await aws.queue({ [name]: String(value) });
  for (const value of [least - 1, most + 1, "x"])
    await refused(aws.queue({ [name]: String(value) }), "InvalidAttributeValue");
}

export const sqsAttributes: ConformanceGroup = {
  subject: "SQS: attributes of queues",
  cases: [
    {
      title: "a queue made without attributes has the defaults",
      source: { quote: "the queue is created with the default value for the attribute", page: "API_CreateQueue" },
      async run(aws) {
        const queue = await aws.queue();
        expect(await attributes(aws, queue, "All")).toMatchObject({
          VisibilityTimeout: "30",
          DelaySeconds: "0",
          MessageRetentionPeriod: "345600",
          ReceiveMessageWaitTimeSeconds: "0",
          MaximumMessageSize: "1048576",
          QueueArn: queue.arn,
        });
      },
    },
    {
      title: "GetQueueAttributes without names returns nothing",
      source: {
        quote: "if you don't specify values for this parameter, the request returns empty results",
        page: "API_GetQueueAttributes",
      },
      async run(aws) {
        expect((await attributes(aws, await aws.queue())) ?? {}).toEqual({});
      },
    },
    {
      title: "GetQueueAttributes returns what was asked for, and leaves out what is not set",
      source: "inferred",
      async run(aws) {
        const queue = await aws.queue();
        expect(await attributes(aws, queue, "QueueArn", "Policy")).toEqual({ QueueArn: queue.arn });
      },
    },
    {
      title: "an attribute that SQS does not know is refused",
      source: { quote: "The specified attribute doesn't exist", page: "API_SetQueueAttributes" },
      async run(aws) {
        await refused(aws.queue({ Colour: "red" }), "InvalidAttributeName");
        await refused(aws.fifoQueue({ constructor: "red" }), "InvalidAttributeName");
        const { url } = await aws.queue();
        await refused(
          aws.sqs.setQueueAttributes({ QueueUrl: url, Attributes: { Colour: "red" } as Record<string, string> }),
          "InvalidAttributeName",
        );
      },
    },
    {
      title: "VisibilityTimeout is 0 to 43,200 s",
      source: { quote: "An integer from 0 to 43,200 (12 hours)", page: "API_CreateQueue" },
      run: (aws) => range(aws, "VisibilityTimeout", 0, 43_200),
    },
    {
      title: "DelaySeconds is 0 to 900 s",
      source: { quote: "An integer from 0 to 900 seconds (15 minutes)", page: "API_CreateQueue" },
      run: (aws) => range(aws, "DelaySeconds", 0, 900),
    },
    {
      title: "MessageRetentionPeriod is 60 s to 14 days",
      source: {
        quote: "An integer from 60 seconds (1 minute) to 1,209,600 seconds (14 days)",
        page: "API_CreateQueue",
      },
      run: (aws) => range(aws, "MessageRetentionPeriod", 60, 1_209_600),
    },
    {
      title: "ReceiveMessageWaitTimeSeconds is 0 to 20 s",
      source: { quote: "An integer from 0 to 20 (seconds)", page: "API_CreateQueue" },
      run: (aws) => range(aws, "ReceiveMessageWaitTimeSeconds", 0, 20),
    },
    {
      title: "MaximumMessageSize is 1 KiB to 1 MiB",
      source: { quote: "An integer from 1,024 bytes (1 KiB) to 1,048,576 bytes (1 MiB)", page: "API_CreateQueue" },
      run: (aws) => range(aws, "MaximumMessageSize", 1_024, 1_048_576),
    },
    {
      title: "KmsDataKeyReusePeriodSeconds is 60 to 86,400 s",
      source: { quote: "between 60 seconds (1 minute) and 86,400 seconds (24 hours)", page: "API_CreateQueue" },
      run: (aws) => range(aws, "KmsDataKeyReusePeriodSeconds", 60, 86_400),
    },
    {
      title: "the KMS key of a queue is returned as given",
      source: {
        quote: "Returns the ID of an Amazon Web Services managed customer master key",
        page: "API_GetQueueAttributes",
      },
      async run(aws) {
        const queue = await aws.queue({ KmsMasterKeyId: "alias/aws/sqs" });
        expect(await attributes(aws, queue, "All")).toMatchObject({ KmsMasterKeyId: "alias/aws/sqs" });
      },
    },
    {
      title: "SetQueueAttributes changes what is given, and nothing else",
      source: { quote: "Sets the value of one or more queue attributes", page: "API_SetQueueAttributes" },
      async run(aws) {
        const queue = await aws.queue({ VisibilityTimeout: "10", DelaySeconds: "1" });
        await aws.sqs.setQueueAttributes({ QueueUrl: queue.url, Attributes: { DelaySeconds: "2" } });
        expect(await attributes(aws, queue, "All")).toMatchObject({ VisibilityTimeout: "10", DelaySeconds: "2" });
      },
    },
    {
      title: "SetQueueAttributes with one bad value changes nothing",
      source: "inferred",
      async run(aws) {
        const queue = await aws.queue();
        const Attributes = { DelaySeconds: "2", VisibilityTimeout: "-1" };
        await refused(aws.sqs.setQueueAttributes({ QueueUrl: queue.url, Attributes }), "InvalidAttributeValue");
        expect(await attributes(aws, queue, "All")).toMatchObject({ DelaySeconds: "0" });
      },
    },
    {
      title: "LastModifiedTimestamp is the time of the last change, in seconds",
      source: { quote: "Returns the time when the queue was last changed in seconds", page: "API_GetQueueAttributes" },
      passes: 2_000,
      async run(aws) {
        const queue = await aws.queue();
        await aws.pass(2_000);
        await aws.sqs.setQueueAttributes({ QueueUrl: queue.url, Attributes: { DelaySeconds: "2" } });
        const { CreatedTimestamp, LastModifiedTimestamp } = (await attributes(aws, queue, "All")) ?? {};
        expect(Number(LastModifiedTimestamp) - Number(CreatedTimestamp)).toBeGreaterThanOrEqual(2);
      },
    },
    {
      title: "a policy that is no JSON is refused",
      source: { quote: "A valid Amazon Web Services policy", page: "API_CreateQueue" },
      async run(aws) {
        await refused(aws.queue({ Policy: "{" }), "InvalidAttributeValue");
      },
    },
    {
      title: "counts tell available, delayed and in-flight messages apart",
      source: {
        quote: "they have been sent to a client but have not yet been deleted",
        page: "API_GetQueueAttributes",
      },
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "in flight");
        await aws.receive(queue);
        await aws.send(queue, "available");
        await aws.send(queue, "available");
        await aws.send(queue, "delayed", { DelaySeconds: 900 });
        expect(await attributes(aws, queue, "All")).toMatchObject({
          ApproximateNumberOfMessages: "2",
          ApproximateNumberOfMessagesDelayed: "1",
          ApproximateNumberOfMessagesNotVisible: "1",
        });
      },
    },
  ],
};
