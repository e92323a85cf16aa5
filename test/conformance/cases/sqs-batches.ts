import { expect } from "vitest";
import type { ConformanceGroup } from "../conformance-case.ts";
import { type CreatedQueue, type Endpoint, refused } from "../endpoint.ts";

async function sendBatch(aws: Endpoint, queue: CreatedQueue, ids: readonly string[], body = "x") {
  const Entries = ids.map((Id) => ({ Id, MessageBody: body }));
  return await aws.sqs.sendMessageBatch({ QueueUrl: queue.url, Entries });
}

const ten = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

export const sqsBatches: ConformanceGroup = {
  subject: "SQS: batches",
  cases: [
    {
      title: "a batch sends up to ten messages, and answers for each by its id",
      source: { quote: "The result of sending each message is reported individually", page: "API_SendMessageBatch" },
      async run(aws) {
        const queue = await aws.queue();
        const { Successful, Failed } = await sendBatch(aws, queue, ten);
        expect(Successful?.map(({ Id }) => Id)).toEqual(ten);
        expect(Failed ?? []).toEqual([]);
        expect(Successful?.every(({ MessageId, MD5OfMessageBody }) => MessageId && MD5OfMessageBody)).toBe(true);
        expect(await aws.bodies(queue)).toHaveLength(10);
      },
    },
    {
      title: "eleven entries are too many",
      source: {
        quote: "in a single SendMessageBatch, DeleteMessageBatch, or ChangeMessageVisibilityBatch request is 10",
        page: "API_SendMessageBatch",
      },
      async run(aws) {
        await refused(sendBatch(aws, await aws.queue(), [...ten, "10"]), "TooManyEntriesInBatchRequest");
      },
    },
    {
      title: "a batch without entries is refused",
      source: { quote: "The batch request doesn't contain any entries", page: "API_SendMessageBatch" },
      async run(aws) {
        const queue = await aws.queue();
        await refused(sendBatch(aws, queue, []), "EmptyBatchRequest");
        await refused(aws.sqs.deleteMessageBatch({ QueueUrl: queue.url, Entries: [] }), "EmptyBatchRequest");
      },
    },
    {
      title: "two entries with one id are refused",
      source: { quote: "Two or more batch entries in the request have the same Id", page: "API_SendMessageBatch" },
      async run(aws) {
        const queue = await aws.queue();
        await refused(sendBatch(aws, queue, ["a", "a"]), "BatchEntryIdsNotDistinct");
        expect(await aws.bodies(queue)).toEqual([]);
      },
    },
    {
      title: "an id has letters, digits, hyphens and underscores, 80 at most",
      source: { quote: "This identifier can have up to 80 characters", page: "API_SendMessageBatchRequestEntry" },
      async run(aws) {
        const queue = await aws.queue();
        for (const id of ["with space", "with.dot", "x".repeat(81)])
          await refused(sendBatch(aws, queue, [id]), "InvalidBatchEntryId");
      },
    },
    {
      title: "one bad entry of a batch does not hurt the others",
      source: { quote: "a combination of successful and unsuccessful actions", page: "API_SendMessageBatch" },
      async run(aws) {
        const { url } = await aws.queue();
        const { Successful, Failed } = await aws.sqs.sendMessageBatch({
          QueueUrl: url,
          Entries: [
            { Id: "good", MessageBody: "x" },
            { Id: "bad", MessageBody: "\u0000" },
          ],
        });
        expect(Successful?.map(({ Id }) => Id)).toEqual(["good"]);
        expect(Failed).toMatchObject([{ Id: "bad", Code: "InvalidMessageContents", SenderFault: true }]);
      },
    },
    {
      title: "a batch of more than 1 MiB in all is refused",
      source: {
        quote: "the sum of the individual lengths of all of the batched messages",
        page: "API_SendMessageBatch",
      },
      async run(aws) {
        const queue = await aws.queue();
        await refused(sendBatch(aws, queue, ["a", "b"], "x".repeat(600_000)), "BatchRequestTooLong");
        await sendBatch(aws, queue, ["a", "b"], "x".repeat(524_288));
      },
    },
    {
      title: "a batch deletes messages, and tells of each handle that is invalid",
      source: {
        quote: "The result of the action on each message is reported individually",
        page: "API_DeleteMessageBatch",
      },
      async run(aws) {
        const queue = await aws.queue();
        await sendBatch(aws, queue, ["a", "b"]);
        const [first, second] = await aws.receive(queue, { VisibilityTimeout: 0 });
        const { Successful, Failed } = await aws.sqs.deleteMessageBatch({
          QueueUrl: queue.url,
          Entries: [
            { Id: "first", ReceiptHandle: first?.ReceiptHandle },
            { Id: "second", ReceiptHandle: second?.ReceiptHandle },
            { Id: "invented", ReceiptHandle: "invented" },
          ],
        });
        expect(Successful?.map(({ Id }) => Id)).toEqual(["first", "second"]);
        expect(Failed).toMatchObject([{ Id: "invented", Code: "ReceiptHandleIsInvalid" }]);
        expect(await aws.bodies(queue)).toEqual([]);
      },
    },
    {
      title: "a batch changes the visibility of messages",
      source: {
        quote: "Changes the visibility timeout of multiple messages",
        page: "API_ChangeMessageVisibilityBatch",
      },
      async run(aws) {
        const queue = await aws.queue();
        await sendBatch(aws, queue, ["a", "b"]);
        const Entries = (await aws.receive(queue)).map(({ ReceiptHandle }, index) => ({
          Id: String(index),
          ReceiptHandle,
          VisibilityTimeout: 0,
        }));
        const { Successful } = await aws.sqs.changeMessageVisibilityBatch({ QueueUrl: queue.url, Entries });
        expect(Successful).toHaveLength(2);
        expect(await aws.bodies(queue)).toHaveLength(2);
      },
    },
  ],
};
