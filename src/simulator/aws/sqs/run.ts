import { AwsError } from "../aws-error.ts";
import { sqsActions } from "./actions.ts";
import type { SqsCall } from "./call.ts";
import type { Input } from "./input.ts";

/** Whether SQS has an action of this name. */
export function isSqsAction(name: string): boolean {
  return Object.hasOwn(sqsActions, name);
}

/** Runs an action by its name, whatever the protocol. */
export function runSqs(name: string, input: Input, call: SqsCall): object | Promise<object> {
  const action = isSqsAction(name) ? sqsActions[name] : undefined;
  if (action === undefined) throw notValid(name);
  return action(input, call);
}

export function notValid(action: string): AwsError {
  return new AwsError("InvalidAction", `The action ${action} is not valid for this endpoint.`);
}
