import { acknowledgeActions } from "./acknowledge.ts";
import type { Actions } from "./call.ts";
import { moveTaskActions } from "./move-tasks.ts";
import { outOfScopeActions } from "./out-of-scope.ts";
import { queueActions } from "./queues.ts";
import { receiveActions } from "./receive.ts";
import { sendActions } from "./send.ts";
import { tagActions } from "./tags.ts";

/** SQS actions by name. Source: Amazon SQS API Reference, 2012-11-05. */
export const sqsActions: Actions = {
  ...queueActions,
  ...tagActions,
  ...sendActions,
  ...receiveActions,
  ...acknowledgeActions,
  ...moveTaskActions,
  ...outOfScopeActions,
};
