import { expect } from "vitest";
import type { ConformanceGroup } from "../conformance-case.ts";
import { type CreatedQueue, type Endpoint, refused } from "../endpoint.ts";

/** A source and its dead-letter queue, which has these messages in it. */
async function withDead(aws: Endpoint, bodies: readonly string[]) {
  const dead = await aws.queue();
  const source = await aws.queue({
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 }),
  });
  for (const body of bodies) await aws.send(source, body);
  await aws.receive(source, { VisibilityTimeout: 0 });
  await aws.receive(source);
  return { dead, source };
}

async function tasks(aws: Endpoint, { arn }: CreatedQueue, MaxResults?: number) {
  const input = { SourceArn: arn, ...(MaxResults !== undefined && { MaxResults }) };
  return (await aws.sqs.listMessageMoveTasks(input)).Results ?? [];
}

export const sqsMoveTasks: ConformanceGroup = {
  subject: "SQS: message move tasks",
  cases: [
    {
      title: "a task moves dead letters back to the queues that they came from",
      source: { quote: "redriven back to their respective original source queues", page: "API_StartMessageMoveTask" },
      passes: 1_000,
      async run(aws) {
        const { dead, source } = await withDead(aws, ["a", "b"]);
        const { TaskHandle } = await aws.sqs.startMessageMoveTask({ SourceArn: dead.arn });
        expect(TaskHandle).toBeTruthy();
        await aws.pass(1_000);
        expect((await aws.bodies(source)).sort()).toEqual(["a", "b"]);
        expect(await aws.bodies(dead)).toEqual([]);
      },
    },
    {
      title: "a task moves dead letters to another queue that was named",
      source: { quote: "or a custom destination queue", page: "API_StartMessageMoveTask" },
      passes: 1_000,
      async run(aws) {
        const { dead, source } = await withDead(aws, ["a"]);
        const other = await aws.queue();
        await aws.sqs.startMessageMoveTask({ SourceArn: dead.arn, DestinationArn: other.arn });
        await aws.pass(1_000);
        expect(await aws.bodies(other)).toEqual(["a"]);
        expect(await aws.bodies(source)).toEqual([]);
      },
    },
    {
      title: "a message that was moved is a new one",
      source: {
        quote: "The redrive task resets the retention period",
        page: "sqs-configure-dead-letter-queue-redrive",
      },
      passes: 1_000,
      async run(aws) {
        const { dead, source } = await withDead(aws, ["a"]);
        const [before] = await aws.receive(dead, { VisibilityTimeout: 0 });
        await aws.sqs.startMessageMoveTask({ SourceArn: dead.arn });
        await aws.pass(1_000);
        const [after] = await aws.receive(source);
        expect(after?.MessageId).not.toBe(before?.MessageId);
        expect(after?.Attributes).toMatchObject({ ApproximateReceiveCount: "1" });
      },
    },
    {
      title: "only a dead-letter queue can be moved from",
      source: {
        quote: "queues that are configured as dead-letter queues (DLQs) of other Amazon SQS queues only",
        page: "API_StartMessageMoveTask",
      },
      async run(aws) {
        const { arn } = await aws.queue();
        await refused(aws.sqs.startMessageMoveTask({ SourceArn: arn }), "InvalidParameterValue");
      },
    },
    {
      title: "a source or destination that is not there is named as such",
      source: { quote: "One or more specified resources don't exist", page: "API_StartMessageMoveTask" },
      async run(aws) {
        const { dead } = await withDead(aws, []);
        const missing = `${dead.arn}-missing`;
        await refused(aws.sqs.startMessageMoveTask({ SourceArn: missing }), "ResourceNotFoundException");
        await refused(
          aws.sqs.startMessageMoveTask({ SourceArn: dead.arn, DestinationArn: missing }),
          "ResourceNotFoundException",
        );
        await refused(aws.sqs.listMessageMoveTasks({ SourceArn: missing }), "ResourceNotFoundException");
      },
    },
    {
      title: "a task moves so many messages a second",
      source: {
        quote: "The number of messages to be moved per second (the message movement rate)",
        page: "API_StartMessageMoveTask",
      },
      passes: 5_000,
      async run(aws) {
        const { dead, source } = await withDead(aws, ["a", "b", "c"]);
        await aws.sqs.startMessageMoveTask({ SourceArn: dead.arn, MaxNumberOfMessagesPerSecond: 1 });
        const [running] = await tasks(aws, dead);
        expect(running).toMatchObject({
          Status: "RUNNING",
          SourceArn: dead.arn,
          MaxNumberOfMessagesPerSecond: 1,
          ApproximateNumberOfMessagesToMove: 3,
        });
        expect(running?.TaskHandle).toBeTruthy();
        await aws.pass(5_000);
        const [completed] = await tasks(aws, dead);
        expect(completed).toMatchObject({ Status: "COMPLETED", ApproximateNumberOfMessagesMoved: 3 });
        expect(completed?.TaskHandle).toBeUndefined();
        expect((await aws.bodies(source)).sort()).toEqual(["a", "b", "c"]);
      },
    },
    {
      title: "a rate is at most 500 messages a second",
      source: { quote: "The maximum value for messages per second is 500", page: "API_StartMessageMoveTask" },
      async run(aws) {
        const { dead } = await withDead(aws, []);
        await refused(
          aws.sqs.startMessageMoveTask({ SourceArn: dead.arn, MaxNumberOfMessagesPerSecond: 501 }),
          "InvalidParameterValue",
        );
      },
    },
    {
      title: "one task runs on a queue at a time",
      source: {
        quote: "Only one active message movement task is supported per queue at any given time",
        page: "API_StartMessageMoveTask",
      },
      async run(aws) {
        const { dead } = await withDead(aws, ["a", "b", "c"]);
        const input = { SourceArn: dead.arn, MaxNumberOfMessagesPerSecond: 1 };
        await aws.sqs.startMessageMoveTask(input);
        await refused(aws.sqs.startMessageMoveTask(input), "UnsupportedOperation");
      },
    },
    {
      title: "a cancelled task moves no more, and what it has moved stays moved",
      source: { quote: "does not revert the messages that have already been moved", page: "API_CancelMessageMoveTask" },
      passes: 3_000,
      async run(aws) {
        const { dead, source } = await withDead(aws, ["a", "b", "c"]);
        const { TaskHandle } = await aws.sqs.startMessageMoveTask({
          SourceArn: dead.arn,
          MaxNumberOfMessagesPerSecond: 1,
        });
        const { ApproximateNumberOfMessagesMoved: moved = 0 } = await aws.sqs.cancelMessageMoveTask({ TaskHandle });
        await aws.pass(3_000);
        expect(moved).toBeLessThan(3);
        expect(await aws.bodies(source)).toHaveLength(moved);
        expect(await aws.bodies(dead)).toHaveLength(3 - moved);
        expect(await tasks(aws, dead)).toMatchObject([{ Status: "CANCELLED" }]);
      },
    },
    {
      title: "a task that has ended cannot be cancelled",
      source: { quote: "can only be cancelled when the current status is RUNNING", page: "API_CancelMessageMoveTask" },
      passes: 1_000,
      async run(aws) {
        const { dead } = await withDead(aws, ["a"]);
        const { TaskHandle } = await aws.sqs.startMessageMoveTask({ SourceArn: dead.arn });
        await aws.pass(1_000);
        await refused(aws.sqs.cancelMessageMoveTask({ TaskHandle }), "UnsupportedOperation");
      },
    },
    {
      title: "ListMessageMoveTasks returns the latest task, or as many as are asked for, up to ten",
      source: {
        quote: "The default is 1, which provides the most recent message movement task",
        page: "API_ListMessageMoveTasks",
      },
      passes: 2_000,
      async run(aws) {
        const { dead } = await withDead(aws, ["a"]);
        const other = await aws.queue();
        await aws.sqs.startMessageMoveTask({ SourceArn: dead.arn, DestinationArn: other.arn });
        await aws.pass(1_000);
        await aws.sqs.startMessageMoveTask({ SourceArn: dead.arn });
        await aws.pass(1_000);
        expect(await tasks(aws, dead)).toHaveLength(1);
        const all = await tasks(aws, dead, 10);
        expect(all.map(({ DestinationArn }) => DestinationArn)).toEqual([undefined, other.arn]);
        await refused(aws.sqs.listMessageMoveTasks({ SourceArn: dead.arn, MaxResults: 11 }), "InvalidParameterValue");
      },
    },
    {
      title: "a task fails on a message that came from nowhere, and leaves it where it is",
      source: "inferred",
      passes: 1_000,
      async run(aws) {
        const { dead } = await withDead(aws, []);
        await aws.send(dead, "sent here");
        await aws.sqs.startMessageMoveTask({ SourceArn: dead.arn });
        await aws.pass(1_000);
        expect(await tasks(aws, dead)).toMatchObject([
          { Status: "FAILED", FailureReason: "CouldNotDetermineMessageSource" },
        ]);
        expect(await aws.bodies(dead)).toEqual(["sent here"]);
      },
    },
  ],
};
