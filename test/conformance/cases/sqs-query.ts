import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { ConformanceGroup } from "../conformance-case.ts";
import { type Endpoint } from "../endpoint.ts";

const Version = "2012-11-05";

/** Calls an action as old SDKs do: a form in, XML out. */
async function call(aws: Endpoint, Action: string, parameters: Readonly<Record<string, string>>, path = "/") {
  return await aws.query({ Action, Version, ...parameters }, path);
}

/** The texts of all elements of this name. */
function texts(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text = ""]) => text);
}

export const sqsQuery: ConformanceGroup = {
  subject: "SQS: the query protocol",
  cases: [
    {
      title: "CreateQueue takes numbered attributes and tags, and answers with its result and a request id",
      source: { quote: "the CreateQueueResult element contains the QueueUrl element", page: "sqs-api-responses" },
      async run(aws) {
        const name = aws.fresh("queue");
        const answer = await call(aws, "CreateQueue", {
          QueueName: name,
          "Attribute.1.Name": "VisibilityTimeout",
          "Attribute.1.Value": "40",
          "Attribute.2.Name": "DelaySeconds",
          "Attribute.2.Value": "1",
          "Tag.1.Key": "a",
          "Tag.1.Value": "1",
        });
        expect(answer.status).toBe(200);
        expect(answer.body).toMatch(/<CreateQueueResponse[^>]*><CreateQueueResult><QueueUrl>/);
        expect(answer.body).toContain('xmlns="http://queue.amazonaws.com/doc/2012-11-05/"');
        expect(texts(answer.body, "RequestId")).toHaveLength(1);
        const [QueueUrl] = texts(answer.body, "QueueUrl");
        const { Attributes } = await aws.sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["All"] });
        expect(Attributes).toMatchObject({ VisibilityTimeout: "40", DelaySeconds: "1" });
        expect((await aws.sqs.listQueueTags({ QueueUrl })).Tags).toEqual({ a: "1" });
      },
    },
    {
      title: "a message goes in and out with its typed attributes",
      source: "inferred",
      async run(aws) {
        const { url: QueueUrl } = await aws.queue();
        const body = "<hello> & ü";
        const sent = await call(aws, "SendMessage", {
          QueueUrl,
          MessageBody: body,
          "MessageAttribute.1.Name": "text",
          "MessageAttribute.1.Value.DataType": "String",
          "MessageAttribute.1.Value.StringValue": "value",
          "MessageAttribute.2.Name": "bytes",
          "MessageAttribute.2.Value.DataType": "Binary",
          "MessageAttribute.2.Value.BinaryValue": Buffer.from([1, 2, 255]).toString("base64"),
        });
        expect(texts(sent.body, "MD5OfMessageBody")).toEqual([createHash("md5").update(body).digest("hex")]);
        expect(texts(sent.body, "MD5OfMessageAttributes")).toHaveLength(1);
        const received = await call(aws, "ReceiveMessage", {
          QueueUrl,
          MaxNumberOfMessages: "10",
          "AttributeName.1": "ApproximateReceiveCount",
          "MessageAttributeName.1": "All",
        });
        expect(received.body).toMatch(/<ReceiveMessageResult><Message>/);
        expect(texts(received.body, "MessageId")).toEqual(texts(sent.body, "MessageId"));
        expect(received.body).toMatch(
          /<Body>(&lt;|&#60;|&#x3c;)hello(&gt;|&#62;|&#x3e;) (&amp;|&#38;|&#x26;) ü<\/Body>/i,
        );
        expect(received.body).toContain("<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>");
        expect(texts(received.body, "StringValue")).toEqual(["value"]);
        expect(texts(received.body, "BinaryValue")).toEqual([Buffer.from([1, 2, 255]).toString("base64")]);
      },
    },
    {
      title: "the queue is known by the path of its URL",
      source: {
        quote: "The resource that the request is acting on (the queue name and URL)",
        page: "sqs-making-api-requests",
      },
      async run(aws) {
        const queue = await aws.queue();
        const { pathname } = new URL(queue.url);
        const sent = await call(aws, "SendMessage", { MessageBody: "x" }, pathname);
        expect(sent.status).toBe(200);
        expect(await aws.bodies(queue)).toEqual(["x"]);
        // AWS's own examples have a slash at the end
        expect((await call(aws, "SendMessage", { MessageBody: "y" }, `${pathname}/`)).status).toBe(200);
      },
    },
    {
      title: "a request can be a GET whose parameters are in its address",
      source: { quote: "The delete operation uses the HTTP GET verb", page: "API_DeleteQueue" },
      async run(aws) {
        const queue = await aws.queue();
        const address = new URL(new URL(queue.url).pathname, aws.url);
        address.search = new URLSearchParams({ Action: "SendMessage", Version, MessageBody: "x" }).toString();
        expect((await fetch(address)).status).toBe(200);
        expect(await aws.bodies(queue)).toEqual(["x"]);
      },
    },
    {
      title: "lists of queues are flat",
      source: "inferred",
      async run(aws) {
        const prefix = aws.fresh("list");
        const urls = [await aws.queue({}, `${prefix}-a`), await aws.queue({}, `${prefix}-b`)].map(({ url }) => url);
        const { body } = await call(aws, "ListQueues", { QueueNamePrefix: prefix });
        expect(body).toMatch(/<ListQueuesResult><QueueUrl>/);
        expect(texts(body, "QueueUrl").sort()).toEqual(urls);
      },
    },
    {
      title: "a batch answers with its results and its errors, entry by entry",
      source: {
        quote: "the response contains a DeleteMessageBatchResultEntry tag if the message is deleted",
        page: "API_DeleteMessageBatch",
      },
      async run(aws) {
        const queue = await aws.queue();
        const { body } = await call(aws, "SendMessageBatch", {
          QueueUrl: queue.url,
          "SendMessageBatchRequestEntry.1.Id": "good",
          "SendMessageBatchRequestEntry.1.MessageBody": "x",
          "SendMessageBatchRequestEntry.1.MessageAttribute.1.Name": "a",
          "SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.DataType": "String",
          "SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue": "1",
          "SendMessageBatchRequestEntry.2.Id": "bad",
          "SendMessageBatchRequestEntry.2.MessageBody": "x",
          "SendMessageBatchRequestEntry.2.DelaySeconds": "901",
        });
        expect(body).toMatch(/<SendMessageBatchResultEntry><Id>good<\/Id>/);
        expect(body).toMatch(/<BatchResultErrorEntry><Id>bad<\/Id><SenderFault>true<\/SenderFault>/);
        const [message] = await aws.receive(queue);
        expect(message?.MessageAttributes).toEqual({ a: { DataType: "String", StringValue: "1" } });
        const deleted = await call(aws, "DeleteMessageBatch", {
          QueueUrl: queue.url,
          "DeleteMessageBatchRequestEntry.1.Id": "one",
          "DeleteMessageBatchRequestEntry.1.ReceiptHandle": message?.ReceiptHandle ?? "",
        });
        expect(deleted.body).toContain("<DeleteMessageBatchResultEntry><Id>one</Id></DeleteMessageBatchResultEntry>");
      },
    },
    {
      title: "attributes come in pairs of name and value",
      source: "inferred",
      async run(aws) {
        const { url: QueueUrl, arn } = await aws.queue();
        await call(aws, "SetQueueAttributes", {
          QueueUrl,
          "Attribute.1.Name": "VisibilityTimeout",
          "Attribute.1.Value": "7",
        });
        const { body } = await call(aws, "GetQueueAttributes", {
          QueueUrl,
          "AttributeName.1": "QueueArn",
          "AttributeName.2": "VisibilityTimeout",
        });
        expect(body).toContain(`<Attribute><Name>QueueArn</Name><Value>${arn}</Value></Attribute>`);
        expect(body).toContain("<Attribute><Name>VisibilityTimeout</Name><Value>7</Value></Attribute>");
      },
    },
    {
      title: "tags come in pairs of key and value",
      source: "inferred",
      async run(aws) {
        const { url: QueueUrl } = await aws.queue();
        await call(aws, "TagQueue", {
          QueueUrl,
          "Tag.1.Key": "a",
          "Tag.1.Value": "1",
          "Tag.2.Key": "b",
          "Tag.2.Value": "2",
        });
        await call(aws, "UntagQueue", { QueueUrl, "TagKey.1": "a" });
        const { body } = await call(aws, "ListQueueTags", { QueueUrl });
        expect(body).toContain("<ListQueueTagsResult><Tag><Key>b</Key><Value>2</Value></Tag></ListQueueTagsResult>");
      },
    },
    {
      title: "an action without a result answers with a request id alone",
      source: {
        quote: "Contains the RequestId which, in turn, contains the UUID of the request",
        page: "sqs-api-responses",
      },
      async run(aws) {
        const { url: QueueUrl } = await aws.queue();
        const { body } = await call(aws, "PurgeQueue", { QueueUrl });
        expect(body).toMatch(/<PurgeQueueResponse[^>]*><ResponseMetadata><RequestId>[^<]+<\/RequestId>/);
      },
    },
    {
      title: "an error is XML, with the code of the query protocol",
      source: { quote: "This element contains an Error element and a RequestId element", page: "sqs-api-responses" },
      async run(aws) {
        const { name, url } = await aws.queue();
        const answer = await call(aws, "SendMessage", { QueueUrl: url.replace(name, "missing"), MessageBody: "x" });
        expect(answer.status).toBe(400);
        expect(answer.body).toMatch(/<ErrorResponse[^>]*><Error><Type>Sender<\/Type>/);
        expect(texts(answer.body, "Code")).toEqual(["AWS.SimpleQueueService.NonExistentQueue"]);
        expect(texts(answer.body, "RequestId")).toHaveLength(1);
      },
    },
    {
      title: "a FIFO queue takes its parameters from a form too",
      source: "inferred",
      async run(aws) {
        const { url: QueueUrl } = await aws.fifoQueue();
        const { body } = await call(aws, "SendMessage", {
          QueueUrl,
          MessageBody: "x",
          MessageGroupId: "a",
          MessageDeduplicationId: "d",
        });
        expect(texts(body, "SequenceNumber")).toHaveLength(1);
      },
    },
    {
      title: "a number that is none is refused",
      source: "inferred",
      async run(aws) {
        const { url: QueueUrl } = await aws.queue();
        const answer = await call(aws, "ReceiveMessage", { QueueUrl, MaxNumberOfMessages: "many" });
        expect(answer.status).toBe(400);
        expect(answer.body).toContain("<ErrorResponse");
      },
    },
  ],
};
