/** The SDK's two styles: clients with commands, and aggregated clients with methods. Both unmodified, both the same. */
import { CreateTableCommand, DynamoDB, DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { CreateTopicCommand, PublishBatchCommand, SNS, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  paginateListQueues,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQS,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsSimulator, startAwsSimulator } from "../../src/simulator/index.ts";

let simulator: AwsSimulator;
beforeAll(async () => {
  simulator = await startAwsSimulator();
});
afterAll(() => simulator.close());

test("SNS and SQS by commands: publish in a batch, receive, delete, all found by the other style", async () => {
  const [sns, sqs] = [new SNSClient(simulator.config), new SQSClient(simulator.config)];
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "commands", tags: { a: "1" } }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "commands" }));
  await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: "sqs",
      Endpoint: Attributes?.QueueArn,
      Attributes: { RawMessageDelivery: "true" },
    }),
  );
  const PublishBatchRequestEntries = ["1", "2"].map((Id) => ({
    Id,
    Message: `body ${Id}`,
    MessageAttributes: { bytes: { DataType: "Binary", BinaryValue: new Uint8Array([0, 255]) } },
  }));
  const { Successful } = await sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
  expect(Successful).toHaveLength(2);
  const { MD5OfMessageBody } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "body 3" }));
  expect(MD5OfMessageBody).toMatch(/^[0-9a-f]{32}$/);

  const other = new SQS(simulator.config);
  const { Messages = [] } = await other.receiveMessage({
    QueueUrl,
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ["All"],
  });
  expect(Messages.map(({ Body }) => Body)).toEqual(["body 1", "body 2", "body 3"]);
  expect(Messages[0]?.MessageAttributes?.["bytes"]?.BinaryValue).toEqual(new Uint8Array([0, 255]));
  const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  expect(simulator.inspect("commands").messages).toEqual([]);
  expect((await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages).toBeUndefined();
  const topics = new SNS(simulator.config);
  expect((await topics.listTopics({})).Topics).toEqual([{ TopicArn }]);
  for (const client of [sns, sqs, other, topics]) client.destroy();
});

test("a paginator reads all pages", async () => {
  const sqs = new SQSClient(simulator.config);
  for (const name of ["page-a", "page-b", "page-c"]) await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const found: string[] = [];
  for await (const { QueueUrls = [] } of paginateListQueues({ client: sqs, pageSize: 2 }, { QueueNamePrefix: "page-" }))
    found.push(...QueueUrls.map((url) => url.slice(url.lastIndexOf("/") + 1)));
  expect(found).toEqual(["page-a", "page-b", "page-c"]);
  sqs.destroy();
});

test("DynamoDB by commands, read by the other style", async () => {
  const db = new DynamoDBClient(simulator.config);
  await db.send(
    new CreateTableCommand({
      TableName: "table",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "PK", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "PK", KeyType: "HASH" }],
    }),
  );
  const Item = { PK: { S: "1" }, bytes: { B: new Uint8Array([0, 255]) }, gone: { NULL: true as const } };
  await db.send(new PutItemCommand({ TableName: "table", Item }));
  const get = { TableName: "table", Key: { PK: { S: "1" } } };
  const other = new DynamoDB(simulator.config);
  expect((await other.getItem(get)).Item).toEqual(Item);
  expect((await db.send(new GetItemCommand(get))).Item).toEqual(Item);
  for (const client of [db, other]) client.destroy();
});
