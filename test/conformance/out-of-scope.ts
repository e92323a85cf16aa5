/** What a user of AWS would expect to do something, and does not here; a test holds the list to be true. */
export interface WithoutEffect {
  readonly where: "queue" | "topic";
  readonly attribute: string;
  /** A value that is taken. */
  readonly value: string;
  readonly missing: string;
}

const policy = '{"Version":"2012-10-17","Statement":[]}';
const role = "arn:aws:iam::000000000000:role/feedback";

export const withoutEffect: readonly WithoutEffect[] = [
  {
    where: "queue",
    attribute: "Policy",
    value: policy,
    missing:
      "Topics are held to it with `strictPolicies`, and a warning tells of each that it would stop without; any other caller may do anything.",
  },
  {
    where: "queue",
    attribute: "KmsMasterKeyId",
    value: "alias/x",
    missing: "Nothing is encrypted, no key is asked for.",
  },
  {
    where: "queue",
    attribute: "KmsDataKeyReusePeriodSeconds",
    value: "60",
    missing: "Nothing is encrypted.",
  },
  { where: "queue", attribute: "SqsManagedSseEnabled", value: "true", missing: "Nothing is encrypted." },
  {
    where: "topic",
    attribute: "Policy",
    value: policy,
    missing: "Who publishes and who subscribes is not asked; a queue's own policy decides what reaches it.",
  },
  { where: "topic", attribute: "KmsMasterKeyId", value: "alias/x", missing: "Nothing is encrypted." },
  { where: "topic", attribute: "TracingConfig", value: "Active", missing: "No segments are written." },
  {
    where: "topic",
    attribute: "SQSFailureFeedbackRoleArn",
    value: role,
    missing: "No delivery status is logged, neither of success nor of failure, for no protocol.",
  },
  {
    where: "topic",
    attribute: "SignatureVersion",
    value: "2",
    missing: "Signatures are placeholders, and the certificate's URL leads nowhere.",
  },
];

export const refusedActions: readonly {
  readonly service: "SQS" | "SNS" | "STS" | "DynamoDB" | "DynamoDBStreams";
  readonly actions: readonly string[];
}[] = [
  { service: "SQS", actions: ["AddPermission", "RemovePermission"] },
  {
    service: "SNS",
    actions: [
      "AddPermission",
      "RemovePermission",
      "CheckIfPhoneNumberIsOptedOut",
      "CreatePlatformApplication",
      "CreatePlatformEndpoint",
      "GetDataProtectionPolicy",
      "PutDataProtectionPolicy",
      "GetSMSAttributes",
      "SetSMSAttributes",
    ],
  },
  { service: "STS", actions: ["AssumeRole", "AssumeRoleWithWebIdentity", "GetSessionToken"] },
  {
    service: "DynamoDB",
    actions: [
      "ExecuteStatement",
      "BatchExecuteStatement",
      "ExecuteTransaction",
      "UpdateTimeToLive",
      "DescribeContinuousBackups",
      "DescribeEndpoints",
      "DescribeLimits",
    ],
  },
  { service: "DynamoDBStreams", actions: ["ListStreams", "DescribeStream", "GetShardIterator", "GetRecords"] },
];
