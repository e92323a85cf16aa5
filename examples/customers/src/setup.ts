import { type DynamoDB, ResourceInUseException } from "@aws-sdk/client-dynamodb";
import type { SNS } from "@aws-sdk/client-sns";
import type { SQS } from "@aws-sdk/client-sqs";
import type { Config } from "./config.ts";

/** What the service needs on AWS, by address. */
export interface Resources {
  readonly createdTopicArn: string;
  readonly orderQueueUrl: string;
  readonly deadLetterQueueUrl: string;
}

/** Creates topics, queues, subscription, policy and table where they are not there yet. Safe to run twice, or at once. */
export async function setUp(config: Config, aws: { sns: SNS; sqs: SQS; dynamodb: DynamoDB }): Promise<Resources> {
  const [createdTopicArn, orderTopicArn, queue, deadLetters] = await Promise.all([
    createTopic(aws.sns, config.createdTopic),
    createTopic(aws.sns, config.orderTopic),
    createQueue(aws.sqs, config.orderQueue),
    createQueue(aws.sqs, config.deadLetterQueue),
    createTable(aws.dynamodb, config.table),
  ]);
  // not when the queue is created: that fails where it exists with other attributes
  await aws.sqs.setQueueAttributes({
    QueueUrl: queue.url,
    Attributes: {
      VisibilityTimeout: String(config.visibilityTimeout),
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: config.maxReceives }),
      Policy: policy(queue.arn, orderTopicArn),
    },
  });
  await aws.sns.subscribe({
    TopicArn: orderTopicArn,
    Protocol: "sqs",
    Endpoint: queue.arn,
    // the order as it was published, not wrapped in a notification
    Attributes: { RawMessageDelivery: "true" },
  });
  return { createdTopicArn, orderQueueUrl: queue.url, deadLetterQueueUrl: deadLetters.url };
}

async function createTopic(sns: SNS, name: string): Promise<string> {
  const { TopicArn = "" } = await sns.createTopic({ Name: name });
  return TopicArn;
}

async function createQueue(sqs: SQS, name: string): Promise<{ url: string; arn: string }> {
  const { QueueUrl: url = "" } = await sqs.createQueue({ QueueName: name });
  const { Attributes = {} } = await sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: ["QueueArn"] });
  return { url, arn: Attributes.QueueArn ?? "" };
}

async function createTable(dynamodb: DynamoDB, name: string): Promise<void> {
  try {
    await dynamodb.createTable({
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "PK", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "PK", KeyType: "HASH" }],
    });
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  for (let attempt = 0; attempt < 100; attempt++) {
    const { Table } = await dynamodb.describeTable({ TableName: name });
    if (Table?.TableStatus === "ACTIVE") return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`table ${name} did not become active`);
}

function policy(queueArn: string, topicArn: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "sns.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: queueArn,
        Condition: { ArnEquals: { "aws:SourceArn": topicArn } },
      },
    ],
  });
}
