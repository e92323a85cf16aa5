import type { EndpointRequest } from "../faults/endpoint-faults-in-force.ts";
import { snsActions } from "./sns/actions.ts";
import { sqsActions } from "./sqs/actions.ts";

/** Those of dynalite, which is loaded with the first request to DynamoDB and not before. */
const dynamoDbActions = [
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
];

/** The actions of each service that the simulator knows, be it only to say that it has them not. */
export const actionNames: Readonly<Record<EndpointRequest["service"], readonly string[]>> = {
  sqs: Object.keys(sqsActions),
  sns: Object.keys(snsActions),
  dynamodb: dynamoDbActions,
};
