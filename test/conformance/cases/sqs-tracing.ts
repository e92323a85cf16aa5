import { expect } from "vitest";
import type { ConformanceGroup } from "../conformance-case.ts";
import type { CreatedQueue, Endpoint } from "../endpoint.ts";

const ofRequest = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
const ofMessage = "Root=1-5759e988-000000000000000000000001";
const page = "xray-services-sqs";
const MessageSystemAttributes = { AWSTraceHeader: { DataType: "String", StringValue: ofMessage } };

/** Sends with the header that X-Ray's SDKs add to each call. */
async function call(aws: Endpoint, action: string, input: object): Promise<Record<string, unknown>> {
  const { status, body } = await aws.raw(JSON.stringify(input), {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": `AmazonSQS.${action}`,
    "x-amzn-trace-id": ofRequest,
  });
  expect(status).toBe(200);
  return JSON.parse(body) as Record<string, unknown>;
}

async function headers(aws: Endpoint, queue: CreatedQueue): Promise<(string | undefined)[]> {
  return (await aws.receive(queue)).map(({ Attributes }) => Attributes?.AWSTraceHeader);
}

export const sqsTracing: ConformanceGroup = {
  subject: "SQS: tracing",
  cases: [
    {
      title: "the header X-Amzn-Trace-Id of a send becomes AWSTraceHeader, without an MD5 of its own",
      source: { quote: "The default trace header is carried by X-Amzn-Trace-Id", page },
      async run(aws) {
        const queue = await aws.queue();
        const sent = await call(aws, "SendMessage", { QueueUrl: queue.url, MessageBody: "x" });
        expect(sent).not.toHaveProperty("MD5OfMessageSystemAttributes");
        expect(await headers(aws, queue)).toEqual([ofRequest]);
      },
    },
    {
      title: "the header of a batch belongs to all of its messages",
      source: { quote: "corresponds to all messages included in a SendMessage or SendMessageBatch request", page },
      async run(aws) {
        const queue = await aws.queue();
        const Entries = ["1", "2"].map((Id) => ({ Id, MessageBody: Id }));
        await call(aws, "SendMessageBatch", { QueueUrl: queue.url, Entries });
        expect(await headers(aws, queue)).toEqual([ofRequest, ofRequest]);
      },
    },
    {
      title: "a message's own AWSTraceHeader comes before the header of the request",
      source: { quote: "the message system attribute overrides the HTTP trace header", page },
      async run(aws) {
        const queue = await aws.queue();
        await call(aws, "SendMessage", { QueueUrl: queue.url, MessageBody: "x", MessageSystemAttributes });
        expect(await headers(aws, queue)).toEqual([ofMessage]);
      },
    },
    {
      title: "the trace header goes through FIFO queues too",
      source: "inferred",
      async run(aws) {
        const queue = await aws.fifoQueue({ ContentBasedDeduplication: "true" });
        const QueueUrl = queue.url;
        await call(aws, "SendMessage", { QueueUrl, MessageBody: "1", MessageGroupId: "a" });
        await call(aws, "SendMessage", { QueueUrl, MessageBody: "2", MessageGroupId: "b", MessageSystemAttributes });
        expect(await headers(aws, queue)).toEqual([ofRequest, ofMessage]);
      },
    },
    {
      title: "the trace header does not count towards the size of a message",
      source: {
        quote: "The trace header is excluded from both Amazon SQS message size and message attribute quotas",
        page,
      },
      async run(aws) {
        const queue = await aws.queue({ MaximumMessageSize: "1024" });
        await call(aws, "SendMessage", { QueueUrl: queue.url, MessageBody: "x".repeat(1_024) });
        expect(await headers(aws, queue)).toEqual([ofRequest]);
      },
    },
  ],
};
