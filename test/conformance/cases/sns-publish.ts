import { expect } from "vitest";
import type { ConformanceGroup } from "../conformance-case.ts";
import { refused } from "../endpoint.ts";

const attribute = (StringValue: string) => ({ DataType: "String", StringValue });
const limit = 262_144;

export const snsPublish: ConformanceGroup = {
  subject: "SNS: publish",
  cases: [
    {
      title: "a queue gets a JSON document with the message, its subject and its attributes",
      source: {
        quote: "The Message value specified when the notification was published",
        page: "sns-message-and-json-formats",
      },
      async run(aws) {
        const topic = await aws.topic();
        const queue = await aws.queue();
        await aws.subscribe(topic, queue);
        const { MessageId } = await aws.sns.publish({
          TopicArn: topic,
          Message: "<hello> & ü",
          Subject: "a subject",
          MessageAttributes: {
            kind: attribute("new"),
            bytes: { DataType: "Binary", BinaryValue: new Uint8Array([1, 255]) },
          },
        });
        const [message] = await aws.receive(queue);
        expect(message?.MessageAttributes).toBeUndefined();
        const document = JSON.parse(message?.Body ?? "") as Record<string, unknown>;
        expect(document).toMatchObject({
          Type: "Notification",
          MessageId,
          TopicArn: topic,
          Subject: "a subject",
          Message: "<hello> & ü",
          SignatureVersion: "1",
          Signature: expect.any(String) as string,
          SigningCertURL: expect.any(String) as string,
          UnsubscribeURL: expect.stringContaining("Action=Unsubscribe") as string,
          MessageAttributes: {
            kind: { Type: "String", Value: "new" },
            bytes: { Type: "Binary", Value: Buffer.from([1, 255]).toString("base64") },
          },
        });
        expect(document["Timestamp"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      },
    },
    {
      title: "without a subject and attributes the document has neither",
      source: {
        quote: "If no Subject was specified, then this name/value pair does not appear",
        page: "sns-message-and-json-formats",
      },
      async run(aws) {
        const topic = await aws.topic();
        const queue = await aws.queue();
        await aws.subscribe(topic, queue);
        await aws.sns.publish({ TopicArn: topic, Message: "x" });
        const document = JSON.parse((await aws.bodies(queue))[0] ?? "{}") as object;
        expect(document).not.toHaveProperty("Subject");
        expect(document).not.toHaveProperty("MessageAttributes");
      },
    },
    {
      title: "raw delivery gives the message as it is, with its attributes",
      source: {
        quote: "metadata is stripped from the published message and the message is sent as is",
        page: "sns-large-payload-raw-message-delivery",
      },
      async run(aws) {
        const { topic, queue } = await aws.rawPair();
        const MessageAttributes = {
          kind: attribute("new"),
          number: { DataType: "Number", StringValue: "7" },
          bytes: { DataType: "Binary", BinaryValue: new Uint8Array([1, 255]) },
        };
        await aws.sns.publish({ TopicArn: topic, Message: "<hello>", Subject: "gone", MessageAttributes });
        expect(await aws.receive(queue)).toMatchObject([{ Body: "<hello>", MessageAttributes }]);
      },
    },
    {
      title: "every subscribed queue gets the message",
      source: {
        quote: "Amazon SNS delivers the message to each endpoint that is subscribed to the topic",
        page: "API_Publish",
      },
      async run(aws) {
        const topic = await aws.topic();
        const queues = [await aws.queue(), await aws.queue(), await aws.queue()];
        for (const queue of queues) await aws.subscribe(topic, queue, { RawMessageDelivery: "true" });
        await aws.sns.publish({ TopicArn: topic, Message: "x" });
        for (const queue of queues) expect(await aws.bodies(queue)).toEqual(["x"]);
      },
    },
    {
      title: "TargetArn may name the topic",
      source: { quote: "you must specify a value for the PhoneNumber or TargetArn parameters", page: "API_Publish" },
      async run(aws) {
        const { topic, queue } = await aws.rawPair();
        await aws.sns.publish({ TargetArn: topic, Message: "x" });
        expect(await aws.bodies(queue)).toEqual(["x"]);
      },
    },
    {
      title: "raw delivery of more than 10 attributes to a queue is discarded, wrapped it is delivered",
      source: {
        quote: "Messages with more than 10 message attributes directed towards Raw Message Delivery enabled",
        page: "sns-message-attributes",
      },
      async run(aws) {
        const { topic, queue } = await aws.rawPair();
        const wrapped = await aws.queue();
        await aws.subscribe(topic, wrapped);
        const MessageAttributes = Object.fromEntries(
          Array.from({ length: 11 }, (_, index) => [`a${index}`, attribute("x")] as const),
        );
        await aws.sns.publish({ TopicArn: topic, Message: "x", MessageAttributes });
        expect(await aws.bodies(queue)).toEqual([]);
        expect(await aws.bodies(wrapped)).toHaveLength(1);
      },
    },
    {
      title: "an empty message is refused",
      source: { quote: "the message body should not be empty or null", page: "sns-message-attributes" },
      async run(aws) {
        await refused(
          aws.sns.publish({ TopicArn: await aws.topic(), Message: "" }),
          "InvalidParameterException",
          /Empty message/,
        );
      },
    },
    {
      title: "a message of 256 KiB is taken, one byte more is too long",
      source: { quote: "at most 256 KiB in size (262,144 bytes, not 262,144 characters)", page: "API_Publish" },
      async run(aws) {
        const TopicArn = await aws.topic();
        await aws.sns.publish({ TopicArn, Message: "ü".repeat(limit / 2) });
        await refused(
          aws.sns.publish({ TopicArn, Message: `${"ü".repeat(limit / 2)}a` }),
          "InvalidParameterException",
          /Message too long/,
        );
      },
    },
    {
      title: "attributes weigh with their names, types and values",
      source: {
        quote: "including name, type, and value, are included in the message size restriction",
        page: "sns-message-attributes",
      },
      async run(aws) {
        const TopicArn = await aws.topic();
        const MessageAttributes = { kind: attribute("new") };
        const Message = "a".repeat(limit - "kindStringnew".length);
        await aws.sns.publish({ TopicArn, Message, MessageAttributes });
        await refused(
          aws.sns.publish({ TopicArn, Message: `${Message}a`, MessageAttributes }),
          "InvalidParameterException",
          /Message too long/,
        );
      },
    },
    {
      title: "MaximumMessageSize raises the limit up to 1 MiB",
      source: { quote: "Valid values are 1024 to 1048576 (1 MiB)", page: "API_CreateTopic" },
      async run(aws) {
        const TopicArn = await aws.topic({ MaximumMessageSize: "1048576" });
        await aws.sns.publish({ TopicArn, Message: "a".repeat(limit * 2) });
        await refused(aws.topic({ MaximumMessageSize: "1048577" }), "InvalidParameterException");
      },
    },
    {
      title: "a subject has at most 100 characters, and no line breaks",
      source: { quote: "no line breaks or control characters, and less than 100 characters long", page: "API_Publish" },
      async run(aws) {
        const TopicArn = await aws.topic();
        for (const Subject of ["a".repeat(101), "two\nlines", ""])
          await refused(aws.sns.publish({ TopicArn, Message: "x", Subject }), "InvalidParameterException", /Subject/);
      },
    },
    {
      title: "an attribute has a type that SNS knows",
      source: { quote: "The supported message attribute data types are", page: "sns-message-attributes" },
      async run(aws) {
        const TopicArn = await aws.topic();
        const MessageAttributes = { a: { DataType: "Colour", StringValue: "red" } };
        await refused(
          aws.sns.publish({ TopicArn, Message: "x", MessageAttributes }),
          "InvalidParameterValueException",
          /invalid message attribute type/,
        );
      },
    },
    {
      title: "an attribute has a value",
      source: { quote: "Name, type, and value must not be empty or null", page: "sns-message-attributes" },
      async run(aws) {
        const TopicArn = await aws.topic();
        await refused(
          aws.sns.publish({ TopicArn, Message: "x", MessageAttributes: { a: attribute("") } }),
          "InvalidParameterValueException",
          /must contain non-empty message attribute value/,
        );
      },
    },
    {
      title: "an attribute of type Number is a number",
      source: {
        quote: "if the type is a number, Amazon SNS validates that it's a number",
        page: "sns-message-attributes",
      },
      async run(aws) {
        const TopicArn = await aws.topic();
        const MessageAttributes = { a: { DataType: "Number", StringValue: "seven" } };
        await refused(aws.sns.publish({ TopicArn, Message: "x", MessageAttributes }), "InvalidParameterValueException");
      },
    },
    {
      title: "an attribute's name has no dots at its ends or in a row, and no other characters",
      source: { quote: "The name must not start or end with a period", page: "sns-message-attributes" },
      async run(aws) {
        const TopicArn = await aws.topic();
        for (const name of [".a", "a.", "a..b", "a b", "AWS.a", "amazon.a"])
          await refused(
            aws.sns.publish({ TopicArn, Message: "x", MessageAttributes: { [name]: attribute("x") } }),
            "InvalidParameterValueException",
          );
      },
    },
    {
      title: "with the structure json each protocol gets its own message, or the default",
      source: { quote: "contain at least a top-level JSON key of", page: "API_Publish" },
      async run(aws) {
        const { topic, queue } = await aws.rawPair();
        const publish = (Message: object) =>
          aws.sns.publish({ TopicArn: topic, MessageStructure: "json", Message: JSON.stringify(Message) });
        await publish({ default: "for all", sqs: "for queues", pigeon: "ignored" });
        await publish({ default: "for all", sqs: 7 });
        expect((await aws.bodies(queue)).toSorted()).toEqual(["for all", "for queues"]);
      },
    },
    {
      title: "with the structure json the message is a JSON object with a default",
      source: { quote: "be a syntactically valid JSON object", page: "API_Publish" },
      async run(aws) {
        const TopicArn = await aws.topic();
        const publish = (Message: string) => aws.sns.publish({ TopicArn, MessageStructure: "json", Message });
        await refused(publish("x"), "InvalidParameterException", /JSON message body failed to parse/);
        await refused(publish('{"sqs":"x"}'), "InvalidParameterException", /No default entry in JSON message body/);
      },
    },
    {
      title: "attributes are not sent with the structure json",
      source: {
        quote: "Message attributes are sent only when the message structure is String, not JSON",
        page: "sns-message-attributes",
      },
      async run(aws) {
        const { topic, queue } = await aws.rawPair();
        await aws.sns.publish({
          TopicArn: topic,
          MessageStructure: "json",
          Message: '{"default":"x"}',
          MessageAttributes: { kind: attribute("new") },
        });
        const [message] = await aws.receive(queue);
        expect(message).toMatchObject({ Body: "x" });
        expect(message?.MessageAttributes).toBeUndefined();
      },
    },
    {
      title: "a deduplication id is for FIFO topics only",
      source: { quote: "This parameter applies only to FIFO (first-in-first-out) topics", page: "API_Publish" },
      async run(aws) {
        await refused(
          aws.sns.publish({ TopicArn: await aws.topic(), Message: "x", MessageDeduplicationId: "1" }),
          "InvalidParameterException",
          /MessageDeduplicationId/,
        );
      },
    },
    {
      title: "a standard topic's group goes to standard queues",
      source: {
        quote: "is forwarded only to Amazon SQS standard subscriptions to activate fair queues",
        page: "API_Publish",
      },
      async run(aws) {
        const { topic, queue } = await aws.rawPair();
        await aws.sns.publish({ TopicArn: topic, Message: "x", MessageGroupId: "tenant" });
        expect((await aws.receive(queue))[0]?.Attributes).toMatchObject({ MessageGroupId: "tenant" });
      },
    },
    {
      title: "a batch reports each entry by itself",
      source: {
        quote: "The result of publishing each message is reported individually in the response",
        page: "API_PublishBatch",
      },
      async run(aws) {
        const { topic, queue } = await aws.rawPair();
        const { Successful = [], Failed = [] } = await aws.sns.publishBatch({
          TopicArn: topic,
          PublishBatchRequestEntries: [
            { Id: "good", Message: "x" },
            { Id: "bad", Message: "y", Subject: "two\nlines" },
            { Id: "also-good", Message: "z", MessageAttributes: { kind: attribute("new") } },
          ],
        });
        expect(Successful.map(({ Id }) => Id)).toEqual(["good", "also-good"]);
        expect(Failed).toMatchObject([{ Id: "bad", Code: "InvalidParameter", SenderFault: true }]);
        expect((await aws.bodies(queue)).toSorted()).toEqual(["x", "z"]);
      },
    },
    {
      title: "a batch has at most 10 entries",
      source: { quote: "you will receive a TooManyEntriesInBatchRequest exception", page: "API_PublishBatch" },
      async run(aws) {
        const TopicArn = await aws.topic();
        const PublishBatchRequestEntries = Array.from({ length: 11 }, (_, index) => ({
          Id: `e${index}`,
          Message: "x",
        }));
        await refused(
          aws.sns.publishBatch({ TopicArn, PublishBatchRequestEntries }),
          "TooManyEntriesInBatchRequestException",
        );
      },
    },
    {
      title: "a batch of no entries is refused",
      source: { quote: "The batch request doesn't contain any entries", page: "API_PublishBatch" },
      async run(aws) {
        await refused(
          aws.sns.publishBatch({ TopicArn: await aws.topic(), PublishBatchRequestEntries: [] }),
          "EmptyBatchRequestException",
        );
      },
    },
    {
      title: "a batch's entries have different ids",
      source: { quote: "Two or more batch entries in the request have the same Id", page: "API_PublishBatch" },
      async run(aws) {
        const PublishBatchRequestEntries = ["x", "y"].map((Message) => ({ Id: "same", Message }));
        await refused(
          aws.sns.publishBatch({ TopicArn: await aws.topic(), PublishBatchRequestEntries }),
          "BatchEntryIdsNotDistinctException",
        );
      },
    },
    {
      title: "a batch's ids have letters, digits, hyphens and underscores only",
      source: {
        quote: "The Id of a batch entry in a batch request doesn't abide by the specification",
        page: "API_PublishBatch",
      },
      async run(aws) {
        const PublishBatchRequestEntries = [{ Id: "a b", Message: "x" }];
        await refused(
          aws.sns.publishBatch({ TopicArn: await aws.topic(), PublishBatchRequestEntries }),
          "InvalidBatchEntryIdException",
        );
      },
    },
    {
      title: "a batch weighs at most 256 KiB in all",
      source: { quote: "(the sum of the individual lengths of all of the batched messages)", page: "API_PublishBatch" },
      async run(aws) {
        const Message = "a".repeat(limit / 2 + 1);
        const PublishBatchRequestEntries = ["1", "2"].map((Id) => ({ Id, Message }));
        await refused(
          aws.sns.publishBatch({ TopicArn: await aws.topic(), PublishBatchRequestEntries }),
          "BatchRequestTooLongException",
        );
      },
    },
  ],
};
