import { expect } from "vitest";
import type { ConformanceGroup } from "../conformance-case.ts";
import { refused } from "../endpoint.ts";

export const sqsQueues: ConformanceGroup = {
  subject: "SQS: queues",
  cases: [
    {
      title: "creating a queue again with the same attributes returns its URL",
      source: {
        quote: "will return the URL of the existing queue instead of creating a new one",
        page: "API_CreateQueue",
      },
      async run(aws) {
        const queue = await aws.queue({ VisibilityTimeout: "10" });
        expect((await aws.queue({ VisibilityTimeout: "10" }, queue.name)).url).toBe(queue.url);
      },
    },
    {
      title: "creating a queue again with other attributes is refused",
      source: { quote: "with different attribute names or values", page: "API_CreateQueue" },
      async run(aws) {
        const { name } = await aws.queue({ VisibilityTimeout: "10" });
        await refused(aws.queue({ VisibilityTimeout: "11" }, name), "QueueNameExists");
      },
    },
    {
      title: "a queue's name has at most 80 characters",
      source: { quote: "A queue name can have up to 80 characters", page: "API_CreateQueue" },
      async run(aws) {
        await refused(aws.queue({}, "x".repeat(81)), "InvalidParameterValue");
      },
    },
    {
      title: "a queue's name has letters, digits, hyphens and underscores",
      source: {
        quote: "Valid values: alphanumeric characters, hyphens (-), and underscores (_)",
        page: "API_CreateQueue",
      },
      async run(aws) {
        await refused(aws.queue({}, "with space"), "InvalidParameterValue");
        await refused(aws.queue({}, "with.dot"), "InvalidParameterValue");
      },
    },
    {
      title: "names of queues are case-sensitive",
      source: { quote: "Queue URLs and names are case-sensitive", page: "API_CreateQueue" },
      async run(aws) {
        const { name } = await aws.queue();
        await refused(aws.sqs.getQueueUrl({ QueueName: name.toUpperCase() }), "QueueDoesNotExist");
      },
    },
    {
      title: "a queue that is not there is named as such",
      source: {
        quote: "Ensure that the QueueUrl is correct and that the queue has not been deleted",
        page: "API_SendMessage",
      },
      async run(aws) {
        await refused(aws.sqs.getQueueUrl({ QueueName: aws.fresh("missing") }), "QueueDoesNotExist");
        const { name, url } = await aws.queue();
        const QueueUrl = url.replace(name, aws.fresh("missing"));
        await refused(aws.sqs.sendMessage({ QueueUrl, MessageBody: "x" }), "QueueDoesNotExist");
      },
    },
    {
      title: "GetQueueUrl returns the URL of a queue by its name",
      source: { quote: "returns the URL of an existing Amazon SQS queue", page: "API_GetQueueUrl" },
      async run(aws) {
        const { name, url } = await aws.queue();
        expect((await aws.sqs.getQueueUrl({ QueueName: name })).QueueUrl).toBe(url);
      },
    },
    {
      title: "ListQueues returns the queues whose name has the prefix",
      source: {
        quote: "Only those queues whose name begins with the specified string are returned",
        page: "API_ListQueues",
      },
      async run(aws) {
        const prefix = aws.fresh("prefix");
        const made = [await aws.queue({}, `${prefix}-a`), await aws.queue({}, `${prefix}-b`)].map(({ url }) => url);
        await aws.queue({}, `not-${prefix}`);
        const { QueueUrls } = await aws.sqs.listQueues({ QueueNamePrefix: prefix });
        expect(QueueUrls?.sort()).toEqual(made);
      },
    },
    {
      title: "ListQueues returns its further pages by NextToken",
      source: { quote: "Use NextToken as a parameter in your next request to listQueues", page: "API_ListQueues" },
      async run(aws) {
        const prefix = aws.fresh("page");
        for (const letter of ["a", "b", "c"]) await aws.queue({}, `${prefix}-${letter}`);
        const first = await aws.sqs.listQueues({ QueueNamePrefix: prefix, MaxResults: 2 });
        expect(first.QueueUrls).toHaveLength(2);
        const second = await aws.sqs.listQueues({
          QueueNamePrefix: prefix,
          MaxResults: 2,
          NextToken: first.NextToken,
        });
        expect(second.QueueUrls).toHaveLength(1);
        expect(second.NextToken).toBeUndefined();
      },
    },
    {
      title: "ListQueues gives no NextToken where MaxResults was not set",
      source: { quote: "or if you did not set MaxResults in the request", page: "API_ListQueues" },
      async run(aws) {
        const prefix = aws.fresh("whole");
        for (const letter of ["a", "b"]) await aws.queue({}, `${prefix}-${letter}`);
        const all = await aws.sqs.listQueues({ QueueNamePrefix: prefix });
        expect(all.QueueUrls).toHaveLength(2);
        expect(all.NextToken).toBeUndefined();
      },
    },
    {
      title: "MaxResults is 1 to 1,000",
      source: { quote: "Value range is 1 to 1000", page: "API_ListQueues" },
      async run(aws) {
        await refused(aws.sqs.listQueues({ MaxResults: 0 }), "InvalidParameterValue");
        await refused(aws.sqs.listQueues({ MaxResults: 1_001 }), "InvalidParameterValue");
      },
    },
    {
      title: "a deleted queue is gone, with its messages",
      source: { quote: "any messages in the queue are no longer available", page: "API_DeleteQueue" },
      async run(aws) {
        const queue = await aws.queue();
        await aws.send(queue, "x");
        await aws.sqs.deleteQueue({ QueueUrl: queue.url });
        await refused(aws.sqs.getQueueUrl({ QueueName: queue.name }), "QueueDoesNotExist");
      },
    },
    {
      title: "a queue cannot be created again within 60 s of its deletion",
      source: {
        quote: "You must wait 60 seconds after deleting a queue before you can create another",
        page: "API_CreateQueue",
      },
      async run(aws) {
        const queue = await aws.queue();
        await aws.sqs.deleteQueue({ QueueUrl: queue.url });
        await refused(aws.queue({}, queue.name), "QueueDeletedRecently");
      },
    },
    {
      title: "a queue can be created again 60 s after its deletion",
      source: {
        quote: "you must wait at least 60 seconds before creating a queue with the same name",
        page: "API_DeleteQueue",
      },
      passes: 60_000,
      async run(aws) {
        const queue = await aws.queue();
        await aws.sqs.deleteQueue({ QueueUrl: queue.url });
        await aws.pass(60_000);
        expect((await aws.queue({}, queue.name)).url).toBe(queue.url);
      },
    },
    {
      title: "PurgeQueue deletes all messages, those in flight too",
      source: { quote: "Deletes available messages in a queue (including in-flight messages)", page: "API_PurgeQueue" },
      passes: 1_000,
      async run(aws) {
        const queue = await aws.queue({ VisibilityTimeout: "1" });
        await aws.send(queue, "in flight");
        expect(await aws.bodies(queue)).toEqual(["in flight"]);
        await aws.send(queue, "available");
        await aws.sqs.purgeQueue({ QueueUrl: queue.url });
        await aws.pass(1_000);
        expect(await aws.bodies(queue)).toEqual([]);
      },
    },
    {
      title: "PurgeQueue is refused within 60 s of another",
      source: { quote: "previously received a PurgeQueue request within the last 60 seconds", page: "API_PurgeQueue" },
      async run(aws) {
        const { url } = await aws.queue();
        await aws.sqs.purgeQueue({ QueueUrl: url });
        await refused(aws.sqs.purgeQueue({ QueueUrl: url }), "PurgeQueueInProgress");
      },
    },
    {
      title: "PurgeQueue is taken again after 60 s",
      source: {
        quote: "within the last 60 seconds (the time it can take to delete the messages",
        page: "API_PurgeQueue",
      },
      passes: 60_000,
      async run(aws) {
        const { url } = await aws.queue();
        await aws.sqs.purgeQueue({ QueueUrl: url });
        await aws.pass(60_000);
        await aws.sqs.purgeQueue({ QueueUrl: url });
      },
    },
    {
      title: "tags given on creation or later are listed, a new value overwrites the old one",
      source: {
        quote: "A new tag with a key identical to that of an existing tag overwrites the existing tag",
        page: "API_TagQueue",
      },
      async run(aws) {
        const { QueueUrl } = await aws.sqs.createQueue({ QueueName: aws.fresh("tagged"), tags: { a: "1", b: "2" } });
        await aws.sqs.tagQueue({ QueueUrl, Tags: { b: "3", c: "4" } });
        expect((await aws.sqs.listQueueTags({ QueueUrl })).Tags).toEqual({ a: "1", b: "3", c: "4" });
      },
    },
    {
      title: "UntagQueue takes tags away",
      source: { quote: "Remove cost allocation tags from the specified Amazon SQS queue", page: "API_UntagQueue" },
      async run(aws) {
        const { QueueUrl } = await aws.sqs.createQueue({ QueueName: aws.fresh("tagged"), tags: { a: "1", b: "2" } });
        await aws.sqs.untagQueue({ QueueUrl, TagKeys: ["a", "missing"] });
        expect((await aws.sqs.listQueueTags({ QueueUrl })).Tags).toEqual({ b: "2" });
      },
    },
    {
      title: "tags are case-sensitive",
      source: { quote: "Tags are case-sensitive", page: "API_TagQueue" },
      async run(aws) {
        const { url: QueueUrl } = await aws.queue();
        await aws.sqs.tagQueue({ QueueUrl, Tags: { key: "1", KEY: "2" } });
        expect((await aws.sqs.listQueueTags({ QueueUrl })).Tags).toEqual({ key: "1", KEY: "2" });
      },
    },
  ],
};
