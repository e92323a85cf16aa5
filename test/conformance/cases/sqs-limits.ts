import { expect } from "vitest";
import type { ConformanceGroup } from "../conformance-case.ts";
import { refused } from "../endpoint.ts";

const largest = 1_048_576;
const text = (StringValue: string) => ({ DataType: "String", StringValue });

export const sqsLimits: ConformanceGroup = {
  subject: "SQS: limits and errors",
  cases: [
    {
      title: "a message has at most 1 MiB",
      source: { quote: "The maximum size is 1 MiB or 1,048,576 bytes", page: "API_SendMessage" },
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "x".repeat(largest));
        await refused(aws.send(queue, "x".repeat(largest + 1)), "InvalidParameterValue");
      },
    },
    {
      title: "names, types and values of attributes count towards the size",
      source: {
        quote: "including Name, Type, and Value, are part of the message size restriction",
        page: "API_MessageAttributeValue",
      },
      async run(aws) {
        const queue = await aws.queue({ MaximumMessageSize: "1024" });
        const MessageAttributes = { name: text("value") };
        const size = "name".length + "String".length + "value".length;
        await aws.send(queue, "x".repeat(1_024 - size), { MessageAttributes });
        await refused(aws.send(queue, "x".repeat(1_025 - size), { MessageAttributes }), "InvalidParameterValue");
      },
    },
    {
      title: "system attributes do not count towards the size",
      source: {
        quote: "The size of a message system attribute doesn't count towards the total size",
        page: "API_SendMessage",
      },
      async run(aws) {
        const queue = await aws.queue({ MaximumMessageSize: "1024" });
        const MessageSystemAttributes = { AWSTraceHeader: text("Root=1-5759e988-bd862e3fe1be46a994272793") };
        await aws.send(queue, "x".repeat(1_024), { MessageSystemAttributes });
      },
    },
    {
      title: "a queue's own MaximumMessageSize is enforced",
      source: {
        quote: "The limit of how many bytes a message can contain before Amazon SQS rejects it",
        page: "API_CreateQueue",
      },
      async run(aws) {
        const queue = await aws.queue({ MaximumMessageSize: "1024" });
        await aws.send(queue, "x".repeat(1_024));
        await refused(aws.send(queue, "x".repeat(1_025)), "InvalidParameterValue");
      },
    },
    {
      title: "the size is counted in bytes",
      source: { quote: "1 MiB or 1,048,576 bytes", page: "API_SendMessage" },
      async run(aws) {
        const queue = await aws.queue({ MaximumMessageSize: "1024" });
        await refused(aws.send(queue, "ü".repeat(513)), "InvalidParameterValue");
      },
    },
    {
      title: "an empty body is refused",
      source: { quote: "The minimum size is one character", page: "API_SendMessage" },
      async run(aws) {
        await refused(aws.send(await aws.queue(), ""), "MissingParameter");
      },
    },
    {
      title: "a body with characters that XML does not know is refused",
      source: { quote: "returns an InvalidMessageContents error", page: "API_SendMessage" },
      async run(aws) {
        const queue = await aws.queue();
        for (const body of ["\u0000", "\u001f", "\ufffe"])
          await refused(aws.send(queue, body), "InvalidMessageContents");
        await aws.send(queue, "\t\n\r \u{10FFFF}");
      },
    },
    {
      title: "a message has at most 10 attributes",
      source: "inferred",
      async run(aws) {
        const queue = await aws.queue();
        const attributes = (count: number) =>
          Object.fromEntries(Array.from({ length: count }, (_, index) => [`name${index}`, text("x")]));
        await aws.send(queue, "x", { MessageAttributes: attributes(10) });
        await refused(aws.send(queue, "x", { MessageAttributes: attributes(11) }), "InvalidParameterValue");
      },
    },
    {
      title: "an attribute's name has letters, digits, underscores, hyphens and periods",
      source: {
        quote: "alphanumeric characters and the underscore (_), hyphen (-), and period (.)",
        page: "API_ReceiveMessage",
      },
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "x", { MessageAttributes: { "a_b-c.1": text("x") } });
        for (const name of ["with space", "ü", "a/b"])
          await refused(aws.send(queue, "x", { MessageAttributes: { [name]: text("x") } }), "InvalidParameterValue");
      },
    },
    {
      title: "an attribute's name does not begin or end with a period, nor has two in succession",
      source: {
        quote: "must not start or end with a period (.), and it should not have periods in succession",
        page: "API_ReceiveMessage",
      },
      async run(aws) {
        const queue = await aws.queue();
        for (const name of [".a", "a.", "a..b"])
          await refused(aws.send(queue, "x", { MessageAttributes: { [name]: text("x") } }), "InvalidParameterValue");
      },
    },
    {
      title: "an attribute's name does not begin with AWS. or Amazon.",
      source: {
        quote: "must not start with AWS-reserved prefixes such as AWS. or Amazon.",
        page: "API_ReceiveMessage",
      },
      async run(aws) {
        const queue = await aws.queue();
        for (const name of ["AWS.a", "aws.a", "Amazon.a"])
          await refused(aws.send(queue, "x", { MessageAttributes: { [name]: text("x") } }), "InvalidParameterValue");
      },
    },
    {
      title: "an attribute's name has at most 256 characters",
      source: { quote: "The name can be up to 256 characters long", page: "API_ReceiveMessage" },
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "x", { MessageAttributes: { ["x".repeat(256)]: text("x") } });
        await refused(
          aws.send(queue, "x", { MessageAttributes: { ["x".repeat(257)]: text("x") } }),
          "InvalidParameterValue",
        );
      },
    },
    {
      title: "an attribute has a type that SQS knows, and a value that is not empty",
      source: {
        quote: "Name, type, value and the message body must not be empty or null",
        page: "API_MessageAttributeValue",
      },
      async run(aws) {
        const queue = await aws.queue();
        for (const value of [
          { DataType: "Date", StringValue: "x" },
          { DataType: "", StringValue: "x" },
          { DataType: "String", StringValue: "" },
          { DataType: "String" },
          { DataType: "Binary", BinaryValue: new Uint8Array() },
        ])
          await refused(aws.send(queue, "x", { MessageAttributes: { a: value } }), "InvalidParameterValue");
      },
    },
    {
      title: "a Number is a number",
      source: "inferred",
      async run(aws) {
        const queue = await aws.queue();
        const number = (StringValue: string) => ({ MessageAttributes: { a: { DataType: "Number", StringValue } } });
        for (const value of ["7", "-1.5", "1e10"]) await aws.send(queue, "x", number(value));
        await refused(aws.send(queue, "x", number("seven")), "InvalidParameterValue");
      },
    },
    {
      title: "no system attribute but AWSTraceHeader can be sent",
      source: { quote: "the only supported message system attribute is AWSTraceHeader", page: "API_SendMessage" },
      async run(aws) {
        const queue = await aws.queue();
        await refused(aws.send(queue, "x", { MessageSystemAttributes: { Other: text("x") } }), "InvalidParameterValue");
      },
    },
    {
      title: "a message's delay is 0 to 900 s",
      source: { quote: "Valid values: 0 to 900. Maximum: 15 minutes", page: "API_SendMessage" },
      async run(aws) {
        const queue = await aws.queue();
        await refused(aws.send(queue, "x", { DelaySeconds: 901 }), "InvalidParameterValue");
        await refused(aws.send(queue, "x", { DelaySeconds: -1 }), "InvalidParameterValue");
      },
    },
    {
      title: "a receive asks for 1 to 10 messages",
      source: { quote: "Valid values: 1 to 10. Default: 1", page: "API_ReceiveMessage" },
      async run(aws) {
        const queue = await aws.queue();
        for (const MaxNumberOfMessages of [0, 11])
          await refused(aws.receive(queue, { MaxNumberOfMessages }), "InvalidParameterValue");
      },
    },
    {
      title: "a receive waits at most 20 s",
      source: {
        quote: "The maximum long polling wait time is 20 seconds",
        page: "best-practices-setting-up-long-polling",
      },
      async run(aws) {
        await refused(aws.receive(await aws.queue(), { WaitTimeSeconds: 21 }), "InvalidParameterValue");
      },
    },
    {
      title: "an invented receipt handle is invalid",
      source: { quote: "The specified receipt handle isn't valid", page: "API_DeleteMessage" },
      async run(aws) {
        const QueueUrl = (await aws.queue()).url;
        await refused(aws.sqs.deleteMessage({ QueueUrl, ReceiptHandle: "invented" }), "ReceiptHandleIsInvalid");
        await refused(
          aws.sqs.changeMessageVisibility({ QueueUrl, ReceiptHandle: "invented", VisibilityTimeout: 1 }),
          "ReceiptHandleIsInvalid",
        );
      },
    },
    {
      title: "a receipt handle of another queue is invalid",
      source: "inferred",
      async run(aws) {
        const [queue, other] = [await aws.queue(), await aws.queue()];
        await aws.send(queue, "x");
        const [message] = await aws.receive(queue);
        await refused(
          aws.sqs.deleteMessage({ QueueUrl: other.url, ReceiptHandle: message?.ReceiptHandle }),
          "ReceiptHandleIsInvalid",
        );
      },
    },
    {
      title: "an error of the JSON protocol names its type, and in a header its code of the query protocol",
      source: {
        quote: "x-amzn-query-error contains two pieces of information: the type of error",
        page: "sqs-json-api-responses",
      },
      async run(aws) {
        const { name, url } = await aws.queue();
        const answer = await fetch(new URL(aws.url), {
          method: "POST",
          body: JSON.stringify({ QueueUrl: url.replace(name, "missing"), MessageBody: "x" }),
          headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.SendMessage" },
        });
        expect(answer.status).toBe(400);
        expect(answer.headers.get("x-amzn-query-error")).toBe("AWS.SimpleQueueService.NonExistentQueue;Sender");
        expect(await answer.json()).toMatchObject({ __type: "com.amazonaws.sqs#QueueDoesNotExist" });
      },
    },
  ],
};
