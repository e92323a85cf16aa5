import type { StoredMessage } from "../../broker/message.ts";
import type { Queue } from "../../broker/queue.ts";
import { AwsError } from "../aws-error.ts";
import { batch, eachOf } from "./batch.ts";
import { type Actions, queueOf, type SqsCall } from "./call.ts";
import { invalid, missing, prefixed } from "./errors.ts";
import { type Input, number, text } from "./input.ts";

const second = 1_000;
/** A message can be hidden for 12 hours after its receive, however often that is put off. */
const longestHidden = 43_200;

/** What a consumer does with a receipt handle. */
export const acknowledgeActions: Actions = {
  DeleteMessage(input, call) {
    return remove(queueOf(input, call), input);
  },

  DeleteMessageBatch(input, call) {
    const queue = queueOf(input, call);
    return eachOf(batch(input, "DeleteMessageBatchRequestEntry"), (entry) => remove(queue, entry));
  },

  ChangeMessageVisibility(input, call) {
    return changeVisibility(queueOf(input, call), input, call);
  },

  ChangeMessageVisibilityBatch(input, call) {
    const queue = queueOf(input, call);
    const entries = batch(input, "ChangeMessageVisibilityBatchRequestEntry");
    return eachOf(entries, (entry) => changeVisibility(queue, entry, call));
  },
};

function remove(queue: Queue, input: Input): object {
  const receipt = text(input, "ReceiptHandle");
  const message = messageOf(queue, receipt);
  // deleting twice is fine; so is an old handle on a standard queue, which deletes nothing
  if (message === undefined) return {};
  if (queue.fifo && message.state !== "in flight")
    throw invalid("ReceiptHandle", receipt, "The receipt handle has expired.");
  if (message.state === "in flight" && queue.faults?.refusesAcknowledgement(message) === true)
    throw invalidHandle(receipt);
  queue.delete(message);
  return {};
}

function changeVisibility(queue: Queue, input: Input, { broker }: SqsCall): object {
  const receipt = text(input, "ReceiptHandle");
  const visibility = number(input, "VisibilityTimeout", 0, longestHidden);
  if (visibility === undefined) throw missing("VisibilityTimeout");
  const message = messageOf(queue, receipt);
  if (message === undefined) {
    throw invalid(
      "ReceiptHandle",
      receipt,
      "Message does not exist or is not available for visibility timeout change.",
    );
  }
  if (message.state !== "in flight") throw prefixed("MessageNotInflight", "The specified message isn't in flight.");
  const now = broker.time.now();
  const elapsed = Math.floor((now - (message.receivedAt ?? now)) / second);
  if (elapsed + visibility > longestHidden) {
    throw invalid(
      "VisibilityTimeout",
      String(visibility),
      `Total VisibilityTimeout for the message is beyond the limit [${longestHidden} seconds]`,
    );
  }
  queue.changeVisibility(message, visibility * second);
  return {};
}

/** The message of a handle; undefined when it was received anew or is gone. A handle of no message of this queue is refused. */
function messageOf(queue: Queue, receipt: string): StoredMessage | undefined {
  const message = queue.byReceipt(receipt);
  if (message !== undefined) return message === "nothing" ? undefined : message;
  throw invalidHandle(receipt);
}

function invalidHandle(receipt: string): AwsError {
  const message = `The input receipt handle "${receipt}" is not a valid receipt handle.`;
  return new AwsError("ReceiptHandleIsInvalid", message, { status: 404 });
}
