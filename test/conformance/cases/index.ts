import type { ConformanceGroup } from "../conformance-case.ts";
import { badRequests } from "./bad-requests.ts";
import { dynamoDbTransactions } from "./dynamodb-transactions.ts";
import { snsDeadLetters } from "./sns-dead-letters.ts";
import { snsFifo } from "./sns-fifo.ts";
import { snsFilters } from "./sns-filters.ts";
import { snsHttp } from "./sns-http.ts";
import { snsPublish } from "./sns-publish.ts";
import { snsSubscriptions } from "./sns-subscriptions.ts";
import { snsTopics } from "./sns-topics.ts";
import { sqsAttributes } from "./sqs-attributes.ts";
import { sqsBatches } from "./sqs-batches.ts";
import { sqsDeadLetters } from "./sqs-dead-letters.ts";
import { sqsFifo } from "./sqs-fifo.ts";
import { sqsLimits } from "./sqs-limits.ts";
import { sqsLongPolls } from "./sqs-long-polls.ts";
import { sqsMessages } from "./sqs-messages.ts";
import { sqsMoveTasks } from "./sqs-move-tasks.ts";
import { sqsQuery } from "./sqs-query.ts";
import { sqsQueues } from "./sqs-queues.ts";
import { sqsTracing } from "./sqs-tracing.ts";
import { sqsVisibility } from "./sqs-visibility.ts";
import { sts } from "./sts.ts";

/** All cases, in the order of the table in docs/conformance.md. */
export const groups: readonly ConformanceGroup[] = [
  sqsQueues,
  sqsAttributes,
  sqsMessages,
  sqsBatches,
  sqsVisibility,
  sqsLongPolls,
  sqsDeadLetters,
  sqsFifo,
  sqsLimits,
  sqsQuery,
  sqsMoveTasks,
  sqsTracing,
  snsTopics,
  snsSubscriptions,
  snsPublish,
  snsFilters,
  snsFifo,
  snsDeadLetters,
  snsHttp,
  dynamoDbTransactions,
  sts,
  badRequests,
];
