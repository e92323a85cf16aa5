import { createHash } from "node:crypto";
import type { Published } from "../../broker/fan-out.ts";
import type { Topic } from "../../broker/topic.ts";
import { AwsError } from "../aws-error.ts";
import type { Actions, Input, SnsCall } from "./call.ts";
import { invalid } from "./errors.ts";
import { topicOf } from "./find.ts";
import { optionalText, structures } from "./input.ts";
import { messageAttributes, sizeOf } from "./message-attributes.ts";
import { bodiesOf } from "./message-structure.ts";
import { headersOf, notification } from "./notification.ts";
import { maximumMessageSize } from "./topic-attributes.ts";

const mostEntries = 10;
const longestSubject = 100;
const entryIdForm = /^[A-Za-z0-9_-]{1,80}$/;
const tokenForm = /^[A-Za-z0-9!-/:-@[-`{-~]{1,128}$/;
const controlCharacter = /\p{Cc}/u;

export const publishActions: Actions = {
  Publish(input, call) {
    if (optionalText(input, "PhoneNumber") !== undefined)
      throw invalid("PhoneNumber Reason: this simulator sends no text messages");
    const topic = topicOf(input, call, ["TopicArn", "TargetArn"]);
    const { messageId, sequenceNumber } = publish(topic, input, call);
    return { MessageId: messageId, SequenceNumber: sequenceNumber };
  },

  PublishBatch(input, call) {
    const topic = topicOf(input, call);
    const entries = structures(input["PublishBatchRequestEntries"]);
    checkBatch(topic, entries);
    const Successful: object[] = [];
    const Failed: object[] = [];
    for (const entry of entries) {
      try {
        const { messageId, sequenceNumber } = publish(topic, entry, call);
        Successful.push({ Id: entry["Id"], MessageId: messageId, SequenceNumber: sequenceNumber });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        Failed.push({ Id: entry["Id"], Code: error.code, Message: error.message, SenderFault: true });
      }
    }
    return { Successful, Failed };
  },
};

function checkBatch(topic: Topic, entries: readonly Input[]): void {
  if (entries.length === 0) throw new AwsError("EmptyBatchRequest", "The batch request doesn't contain any entries.");
  if (entries.length > mostEntries)
    throw new AwsError("TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible.");
  const ids = entries.map((entry) => optionalText(entry, "Id") ?? "");
  if (ids.some((id) => !entryIdForm.test(id)))
    throw new AwsError(
      "InvalidBatchEntryId",
      "The Id of a batch entry in a batch request doesn't abide by the specification.",
    );
  if (new Set(ids).size !== ids.length)
    throw new AwsError("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.");
  const size = entries.reduce((sum, entry) => sum + roughSizeOf(entry), 0);
  if (size > maximumMessageSize(topic))
    throw new AwsError("BatchRequestTooLong", "The length of all the messages put together is more than the limit.");
}

/** An entry that is not good weighs nothing here: it fails by itself. */
function roughSizeOf(entry: Input): number {
  try {
    return sizeOf(optionalText(entry, "Message") ?? "", messageAttributes(entry["MessageAttributes"]));
  } catch {
    return 0;
  }
}

function publish(topic: Topic, input: Input, { broker, base }: SnsCall): Published {
  const message = optionalText(input, "Message") ?? "";
  if (message === "") throw invalid("Empty message");
  const structure = optionalText(input, "MessageStructure");
  const bodyFor = bodiesOf(message, structure);
  const attributes = messageAttributes(input["MessageAttributes"]);
  if (sizeOf(message, attributes) > maximumMessageSize(topic)) throw invalid("Message too long");
  const subject = subjectOf(input);
  const timestamp = new Date(broker.time.now()).toISOString();
  // "Message attributes are sent only when the message structure is String, not JSON."
  const deliveredAttributes = structure === "json" ? {} : attributes;
  return broker.publish(topic, {
    ...groupOf(topic, input, message),
    attributes,
    deliveredAttributes,
    bodyFor,
    wrap: (body, about, subscription) =>
      notification(topic, subscription, about, { body, subject, attributes: deliveredAttributes, timestamp }, base),
    headers: ({ messageId }, subscription) => headersOf("Notification", messageId, topic, subscription),
  });
}

function subjectOf(input: Input): string | undefined {
  const subject = optionalText(input, "Subject");
  if (subject === undefined) return undefined;
  if (subject === "" || subject.length > longestSubject || controlCharacter.test(subject)) throw invalid("Subject");
  return subject;
}

/** The group and the deduplication id, as the kind of topic asks for them. */
function groupOf(topic: Topic, input: Input, message: string): { groupId?: string; deduplicationId?: string } {
  const groupId = optionalText(input, "MessageGroupId");
  const given = optionalText(input, "MessageDeduplicationId");
  if (topic.fifo && groupId === undefined) throw invalid("The MessageGroupId parameter is required for FIFO topics");
  if (groupId !== undefined && !tokenForm.test(groupId)) throw invalid("MessageGroupId");
  if (!topic.fifo) {
    if (given !== undefined)
      throw invalid(
        "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type",
      );
    return groupId === undefined ? {} : { groupId };
  }
  if (given !== undefined && !tokenForm.test(given)) throw invalid("MessageDeduplicationId");
  const byContent = topic.given.get("ContentBasedDeduplication") === "true";
  if (given === undefined && !byContent)
    throw invalid(
      "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    );
  const deduplicationId = given ?? createHash("sha256").update(message).digest("hex");
  return { ...(groupId !== undefined && { groupId }), deduplicationId };
}
