import type { NewMessage } from "../../broker/message.ts";
import type { Queue } from "../../broker/queue.ts";
import { AwsError } from "../aws-error.ts";
import { md5OfAttributes, md5OfBody } from "../md5.ts";
import { batch, eachOf } from "./batch.ts";
import { type Actions, queueOf, type SqsCall } from "./call.ts";
import { invalid, missing, prefixed } from "./errors.ts";
import { type Input, number, optionalText, text } from "./input.ts";
import { checkCharacters, messageAttributes, sizeOf, traceHeader } from "./message-attributes.ts";

const second = 1_000;
const largestBatch = 1_048_576;
const notForThisQueue = "The request include parameter that is not valid for this queue type.";
// alphanumeric and punctuation: all that ASCII prints but the space
const idForm = /^[!-~]{1,128}$/;

export const sendActions: Actions = {
  SendMessage(input, call) {
    return send(queueOf(input, call), input, call);
  },

  SendMessageBatch(input, call) {
    const queue = queueOf(input, call);
    const entries = batch(input, "SendMessageBatchRequestEntry");
    const size = entries.reduce((sum, entry) => sum + claimedSize(entry), 0);
    if (size > largestBatch) {
      throw prefixed(
        "BatchRequestTooLong",
        `Batch requests cannot be longer than ${largestBatch} bytes. You have sent ${size} bytes.`,
      );
    }
    return eachOf(entries, (entry) => send(queue, entry, call));
  },
};

function send(queue: Queue, input: Input, { broker, traceHeader: traceHeaderOfCall }: SqsCall): object {
  const body = text(input, "MessageBody");
  if (body === "") throw missing("MessageBody");
  checkCharacters(body);
  const attributes = messageAttributes(input);
  const most = queue.settings.largestMessage;
  if (Buffer.byteLength(body) + sizeOf(attributes) > most) {
    throw new AwsError(
      "InvalidParameterValue",
      `One or more parameters are invalid. Reason: Message must be shorter than ${most} bytes.`,
    );
  }
  const delay = number(input, "DelaySeconds", 0, 900);
  const given = traceHeader(input);
  const header = given ?? traceHeaderOfCall;
  const bodyMd5 = md5OfBody(body);
  const message: NewMessage = {
    body,
    attributes,
    traceHeader: header,
    bodyMd5,
    ...(queue.fifo ? fifoIds(queue, input, delay) : standardIds(input)),
  };
  const perMessage = delay === undefined || queue.fifo ? undefined : delay * second;
  const { id, sequence } = broker.send(queue, message, perMessage);
  const md5 = md5OfAttributes(attributes);
  const systemMd5 =
    given === undefined ? undefined : md5OfAttributes({ AWSTraceHeader: { dataType: "String", stringValue: given } });
  return {
    MessageId: id,
    MD5OfMessageBody: bodyMd5,
    MD5OfMessageAttributes: md5,
    MD5OfMessageSystemAttributes: systemMd5,
    SequenceNumber: queue.fifo ? sequenceNumber(sequence) : undefined,
  };
}

function fifoIds(queue: Queue, input: Input, delay: number | undefined) {
  const groupId = idOf(input, "MessageGroupId");
  const deduplicationId = idOf(input, "MessageDeduplicationId");
  if (groupId === undefined) throw missing("MessageGroupId");
  if (deduplicationId === undefined && !queue.settings.contentBasedDeduplication) {
    throw new AwsError(
      "InvalidParameterValue",
      "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    );
  }
  // 0 says no more than saying nothing
  if (delay !== undefined && delay > 0) throw invalid("DelaySeconds", String(delay), notForThisQueue);
  return { groupId, ...(deduplicationId !== undefined && { deduplicationId }) };
}

/** A group id makes a standard queue a fair one: nothing that a consumer would see. */
function standardIds(input: Input) {
  const groupId = idOf(input, "MessageGroupId");
  const deduplicationId = idOf(input, "MessageDeduplicationId");
  if (deduplicationId !== undefined) throw invalid("MessageDeduplicationId", deduplicationId, notForThisQueue);
  return groupId === undefined ? {} : { groupId };
}

function idOf(input: Input, name: string): string | undefined {
  const id = optionalText(input, name);
  if (id === undefined || idForm.test(id)) return id;
  throw invalid(name, id, `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`);
}

/** The size of an entry that may yet turn out to be wrong: that is told entry by entry. */
function claimedSize(entry: Input): number {
  const body = entry["MessageBody"];
  const bodySize = typeof body === "string" ? Buffer.byteLength(body) : 0;
  try {
    return bodySize + sizeOf(messageAttributes(entry));
  } catch (error) {
    if (error instanceof AwsError) return bodySize;
    throw error;
  }
}

/** "Large, non-consecutive", growing, and of 20 digits, as AWS's are. */
export function sequenceNumber(sequence: number): string {
  return String(18_850_000_000_000_000_000n + BigInt(sequence) * 256n);
}
