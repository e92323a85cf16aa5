/** Those of dynalite, which is loaded with the first request to DynamoDB and not before. */
export const actionsOfDynalite = [
  "BatchGetItem",
  "BatchWriteItem",
  "CreateTable",
  "DeleteItem",
  "DeleteTable",
  "DescribeTable",
  "DescribeTimeToLive",
  "GetItem",
  "ListTables",
  "ListTagsOfResource",
  "PutItem",
  "Query",
  "Scan",
  "TagResource",
  "UntagResource",
  "UpdateItem",
  "UpdateTable",
] as const;

/** Those that dynalite has not, and that are made of its own here. */
export const transactions = ["TransactGetItems", "TransactWriteItems"] as const;
