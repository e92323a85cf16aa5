/**
 * What the transport calls of the AWS SDK's aggregated clients (`new SNS()`, `new SQS()`, version 3). The clients are the
 * user's own: their credentials, retries and middleware apply, and no version is imposed.
 */
export interface CallOptions {
  readonly abortSignal?: AbortSignal;
}

export interface AttributeValue {
  DataType: string | undefined;
  StringValue?: string | undefined;
  BinaryValue?: Uint8Array | undefined;
}

type Attributes = Record<string, string>;

export interface SqsMessage {
  MessageId?: string | undefined;
  ReceiptHandle?: string | undefined;
  Body?: string | undefined;
  Attributes?: Partial<Attributes> | undefined;
  MessageAttributes?: Record<string, AttributeValue> | undefined;
}

export interface BatchFailure {
  Id?: string | undefined;
  Code?: string | undefined;
  Message?: string | undefined;
}

export interface MoveTaskState {
  /** Only while it runs. */
  TaskHandle?: string | undefined;
  Status?: string | undefined;
  ApproximateNumberOfMessagesMoved?: number | undefined;
  FailureReason?: string | undefined;
  StartedTimestamp?: number | undefined;
}

/** The part of `SQS` that is called. */
export interface SqsClient {
  createQueue(
    input: { QueueName: string; Attributes?: Attributes; tags?: Record<string, string> },
    options?: CallOptions,
  ): Promise<{ QueueUrl?: string | undefined }>;
  deleteQueue(input: { QueueUrl: string }, options?: CallOptions): Promise<unknown>;
  getQueueUrl(input: { QueueName: string }, options?: CallOptions): Promise<{ QueueUrl?: string | undefined }>;
  listQueues(
    input: { QueueNamePrefix?: string; NextToken?: string; MaxResults?: number },
    options?: CallOptions,
  ): Promise<{ QueueUrls?: string[] | undefined; NextToken?: string | undefined }>;
  getQueueAttributes(
    input: { QueueUrl: string; AttributeNames?: "All"[] },
    options?: CallOptions,
  ): Promise<{ Attributes?: Partial<Attributes> | undefined }>;
  setQueueAttributes(input: { QueueUrl: string; Attributes: Attributes }, options?: CallOptions): Promise<unknown>;
  sendMessage(
    input: {
      QueueUrl: string;
      MessageBody: string;
      DelaySeconds?: number;
      MessageAttributes?: Record<string, AttributeValue>;
      MessageSystemAttributes?: { AWSTraceHeader?: AttributeValue };
      MessageGroupId?: string;
      MessageDeduplicationId?: string;
    },
    options?: CallOptions,
  ): Promise<{ MessageId?: string | undefined }>;
  receiveMessage(
    input: {
      QueueUrl: string;
      MaxNumberOfMessages?: number;
      WaitTimeSeconds?: number;
      VisibilityTimeout?: number;
      MessageAttributeNames?: string[];
      MessageSystemAttributeNames?: "All"[];
      ReceiveRequestAttemptId?: string;
    },
    options?: CallOptions,
  ): Promise<{ Messages?: SqsMessage[] | undefined }>;
  deleteMessage(input: { QueueUrl: string; ReceiptHandle: string }, options?: CallOptions): Promise<unknown>;
  deleteMessageBatch(
    input: { QueueUrl: string; Entries: { Id: string; ReceiptHandle: string }[] },
    options?: CallOptions,
  ): Promise<{ Failed?: BatchFailure[] | undefined }>;
  changeMessageVisibility(
    input: { QueueUrl: string; ReceiptHandle: string; VisibilityTimeout: number },
    options?: CallOptions,
  ): Promise<unknown>;
  purgeQueue(input: { QueueUrl: string }, options?: CallOptions): Promise<unknown>;
  listQueueTags(
    input: { QueueUrl: string },
    options?: CallOptions,
  ): Promise<{ Tags?: Record<string, string> | undefined }>;
  tagQueue(input: { QueueUrl: string; Tags: Record<string, string> }, options?: CallOptions): Promise<unknown>;
  untagQueue(input: { QueueUrl: string; TagKeys: string[] }, options?: CallOptions): Promise<unknown>;
  startMessageMoveTask(
    input: { SourceArn: string; DestinationArn?: string; MaxNumberOfMessagesPerSecond?: number },
    options?: CallOptions,
  ): Promise<{ TaskHandle?: string | undefined }>;
  listMessageMoveTasks(
    input: { SourceArn: string; MaxResults?: number },
    options?: CallOptions,
  ): Promise<{ Results?: MoveTaskState[] | undefined }>;
  cancelMessageMoveTask(input: { TaskHandle: string }, options?: CallOptions): Promise<unknown>;
}

/** The part of `SNS` that is called. */
export interface SnsClient {
  createTopic(
    input: { Name: string; Attributes?: Attributes },
    options?: CallOptions,
  ): Promise<{ TopicArn?: string | undefined }>;
  deleteTopic(input: { TopicArn: string }, options?: CallOptions): Promise<unknown>;
  listTopics(
    input: { NextToken?: string },
    options?: CallOptions,
  ): Promise<{ Topics?: { TopicArn?: string | undefined }[] | undefined; NextToken?: string | undefined }>;
  subscribe(
    input: {
      TopicArn: string;
      Protocol: string;
      Endpoint: string;
      Attributes?: Attributes;
      ReturnSubscriptionArn?: boolean;
    },
    options?: CallOptions,
  ): Promise<{ SubscriptionArn?: string | undefined }>;
  unsubscribe(input: { SubscriptionArn: string }, options?: CallOptions): Promise<unknown>;
  listSubscriptions(
    input: { NextToken?: string },
    options?: CallOptions,
  ): Promise<{
    Subscriptions?: { SubscriptionArn?: string | undefined; Endpoint?: string | undefined }[] | undefined;
    NextToken?: string | undefined;
  }>;
  publish(
    input: {
      TopicArn: string;
      Message: string;
      MessageAttributes?: Record<string, AttributeValue>;
      MessageGroupId?: string;
      MessageDeduplicationId?: string;
    },
    options?: CallOptions,
  ): Promise<{ MessageId?: string | undefined }>;
}
