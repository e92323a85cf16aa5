import type { Actions } from "./call.ts";
import { confirmationActions } from "./confirmation.ts";
import { outOfScopeActions } from "./out-of-scope.ts";
import { publishActions } from "./publish.ts";
import { subscriptionActions } from "./subscriptions.ts";
import { tagActions } from "./tags.ts";
import { topicActions } from "./topics.ts";

/**
 * SNS actions for queues and HTTP(S) endpoints, by name. Source: Amazon SNS API Reference.
 *
 * Signatures are placeholders: what is delivered bears the fields of signature version 1, but nothing signs it, and the
 * certificate's URL leads nowhere. Topic policies are kept and not evaluated.
 */
export const snsActions: Actions = {
  ...topicActions,
  ...subscriptionActions,
  ...confirmationActions,
  ...publishActions,
  ...tagActions,
  ...outOfScopeActions,
};
