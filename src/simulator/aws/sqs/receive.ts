import type { StoredMessage } from "../../broker/message.ts";
import { mostInFlight, type Queue } from "../../broker/queue.ts";
import { AwsError } from "../aws-error.ts";
import { md5OfAttributes, md5OfBody } from "../md5.ts";
import { type Actions, queueOf, type SqsCall } from "./call.ts";
import { invalid } from "./errors.ts";
import { number, optionalText, texts } from "./input.ts";
import { onWire, wantedOf } from "./message-attributes.ts";
import { sequenceNumber } from "./send.ts";

const second = 1_000;
const attemptForm = /^[!-~]{1,128}$/;

export const receiveActions: Actions = {
  ReceiveMessage(input, call) {
    const queue = queueOf(input, call);
    const max = number(input, "MaxNumberOfMessages", 1, 10) ?? 1;
    const wait = (number(input, "WaitTimeSeconds", 0, 20) ?? queue.settings.receiveWait / second) * second;
    const given = number(input, "VisibilityTimeout", 0, 43_200);
    const visibility = given === undefined ? undefined : given * second;
    const attempt = optionalText(input, "ReceiveRequestAttemptId");
    if (attempt !== undefined && !attemptForm.test(attempt)) {
      throw invalid(
        "ReceiveRequestAttemptId",
        attempt,
        "ReceiveRequestAttemptId can only include alphanumeric and punctuation characters. 1 to 128 in length.",
      );
    }
    const attributeNames = texts(input, "MessageAttributeNames");
    const systemNames = [...texts(input, "MessageSystemAttributeNames"), ...texts(input, "AttributeNames")];
    // long polls and FIFO queues just get nothing
    if (wait === 0 && !queue.fifo && queue.tally.total["in flight"] >= mostInFlight)
      throw new AwsError("OverLimit", "Too many messages in flight.", { status: 403 });
    const received = queue.receive({
      max,
      wait,
      visibility,
      attempt: queue.fifo ? attempt : undefined,
      caller: call.caller,
    });
    const answer = (messages: readonly StoredMessage[]) =>
      messages.length === 0
        ? {}
        : { Messages: messages.map((message) => render(message, queue, attributeNames, systemNames, call)) };
    return received instanceof Promise ? received.then(answer) : answer(received);
  },
};

function render(
  message: StoredMessage,
  queue: Queue,
  attributeNames: readonly string[],
  systemNames: readonly string[],
  { accountId }: SqsCall,
): object {
  const attributes = wantedOf(message.attributes, attributeNames);
  const md5 = md5OfAttributes(attributes);
  message.bodyMd5 ??= md5OfBody(message.body);
  return {
    MessageId: message.id,
    ReceiptHandle: queue.receiptOf(message),
    Body: message.body,
    MD5OfBody: message.bodyMd5,
    Attributes: wantedSystemAttributes(message, queue, accountId, systemNames),
    MD5OfMessageAttributes: md5,
    MessageAttributes: md5 === undefined ? undefined : onWire(attributes),
  };
}

function wantedSystemAttributes(
  message: StoredMessage,
  queue: Queue,
  accountId: string,
  names: readonly string[],
): object | undefined {
  if (names.length === 0) return undefined;
  const shown = Object.entries(systemAttributes(message, queue, accountId)).filter(
    ([name, value]) => value !== undefined && (names.includes("All") || names.includes(name)),
  );
  return shown.length === 0 ? undefined : Object.fromEntries(shown);
}

function systemAttributes(
  message: StoredMessage,
  queue: Queue,
  accountId: string,
): Readonly<Record<string, string | undefined>> {
  return {
    SenderId: accountId,
    SentTimestamp: String(Math.floor(message.sentAt)),
    ApproximateReceiveCount: String(message.receives),
    ApproximateFirstReceiveTimestamp: String(Math.floor(message.firstReceivedAt ?? 0)),
    AWSTraceHeader: message.traceHeader,
    MessageGroupId: message.groupId,
    MessageDeduplicationId: message.deduplicationId,
    SequenceNumber: queue.fifo ? sequenceNumber(message.sequence) : undefined,
    DeadLetterQueueSourceArn: message.deadLetteredFrom,
  };
}
