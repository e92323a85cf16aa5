import type { Broker } from "../broker/broker.ts";
import type { Queue, QueueSettings } from "../broker/queue.ts";
import { AwsError } from "./aws-error.ts";

const second = 1_000;

/** Numeric attributes: their limits and defaults in seconds, and where they are kept. */
const numeric = {
  VisibilityTimeout: { least: 0, most: 43_200, fallback: 30, key: "visibility" },
  DelaySeconds: { least: 0, most: 900, fallback: 0, key: "delay" },
  MessageRetentionPeriod: { least: 60, most: 1_209_600, fallback: 345_600, key: "retention" },
  ReceiveMessageWaitTimeSeconds: { least: 0, most: 20, fallback: 0, key: "receiveWait" },
} as const;
const kept = [
  "Policy",
  "KmsMasterKeyId",
  "KmsDataKeyReusePeriodSeconds",
  "SqsManagedSseEnabled",
  "RedriveAllowPolicy",
  "MaximumMessageSize",
];
const fifoOnly = ["FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"];

export function defaultSettings(): QueueSettings {
  return { visibility: 30 * second, delay: 0, retention: 345_600 * second, receiveWait: 0, redrive: undefined };
}

/** Applies attributes as CreateQueue and SetQueueAttributes take them. */
export function applyAttributes(
  broker: Broker,
  settings: QueueSettings,
  given: Map<string, string>,
  attributes: Readonly<Record<string, string>>,
): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (name in numeric) {
      const { least, most, key } = numeric[name as keyof typeof numeric];
      const seconds = Number(value);
      if (!Number.isInteger(seconds) || seconds < least || seconds > most) throw invalidValue(name);
      settings[key] = seconds * second;
    } else if (name === "RedrivePolicy") settings.redrive = value === "" ? undefined : parseRedrive(broker, value);
    else if (fifoOnly.includes(name))
      throw new AwsError(
        "InvalidAttributeName",
        `You can specify ${name} only when creating or changing a FIFO queue.`,
      );
    else if (!kept.includes(name)) throw new AwsError("InvalidAttributeName", `Unknown Attribute ${name}.`);
    given.set(name, value);
  }
}

function parseRedrive(broker: Broker, value: string): QueueSettings["redrive"] {
  let policy: { deadLetterTargetArn?: unknown; maxReceiveCount?: unknown };
  try {
    policy = JSON.parse(value) as typeof policy;
  } catch {
    throw invalidValue("RedrivePolicy");
  }
  const maxReceives = Number(policy.maxReceiveCount);
  const deadLetterArn = policy.deadLetterTargetArn;
  if (typeof deadLetterArn !== "string" || !Number.isInteger(maxReceives) || maxReceives < 1 || maxReceives > 1_000) {
    throw invalidValue("RedrivePolicy");
  }
  if (broker.queueByArn(deadLetterArn) === undefined) {
    throw new AwsError(
      "InvalidParameterValue",
      `Value ${value} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`,
    );
  }
  return { deadLetterArn, maxReceives };
}

function invalidValue(name: string): AwsError {
  return new AwsError("InvalidAttributeValue", `Invalid value for the parameter ${name}.`);
}

/** All attributes of a queue, as GetQueueAttributes returns them. */
export function attributesOf(queue: Queue): Record<string, string> {
  const counts = queue.tally.sum();
  const { settings } = queue;
  const seconds = (milliseconds: number) => String(Math.round(milliseconds / second));
  const created = String(Math.floor(queue.createdAt / second));
  return {
    ApproximateNumberOfMessages: String(counts.ready),
    ApproximateNumberOfMessagesNotVisible: String(counts["in flight"]),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    CreatedTimestamp: created,
    LastModifiedTimestamp: created,
    MaximumMessageSize: "1048576",
    SqsManagedSseEnabled: "true",
    ...Object.fromEntries(Object.entries(numeric).map(([name, { key }]) => [name, seconds(settings[key])])),
    ...Object.fromEntries([...queue.given].filter(([name, value]) => kept.includes(name) && value !== "")),
    ...(settings.redrive && {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: settings.redrive.deadLetterArn,
        maxReceiveCount: settings.redrive.maxReceives,
      }),
    }),
    QueueArn: queue.arn,
  };
}
