import type { Broker } from "../../broker/broker.ts";
import type { Queue } from "../../broker/queue.ts";
import type { QueueSettings } from "../../broker/queue-settings.ts";
import { AwsError } from "../aws-error.ts";
import { isObject } from "../is-object.ts";
import { checkRedriveAllow, parseRedrive } from "./redrive-policies.ts";

const second = 1_000;

/** Numeric attributes: their limits on the wire, and where and in which unit they are kept. */
const numeric = {
  VisibilityTimeout: { least: 0, most: 43_200, key: "visibility", unit: second },
  DelaySeconds: { least: 0, most: 900, key: "delay", unit: second },
  MessageRetentionPeriod: { least: 60, most: 1_209_600, key: "retention", unit: second },
  ReceiveMessageWaitTimeSeconds: { least: 0, most: 20, key: "receiveWait", unit: second },
  MaximumMessageSize: { least: 1_024, most: 1_048_576, key: "largestMessage", unit: 1 },
} as const;
/** Attributes that are given back as they were given; "" takes them away. */
const kept = ["Policy", "RedriveAllowPolicy", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled"];
/** Choices of FIFO queues; the first is the default. */
const fifoChoices: Readonly<Record<string, readonly string[]>> = {
  ContentBasedDeduplication: ["false", "true"],
  DeduplicationScope: ["queue", "messageGroup"],
  FifoThroughputLimit: ["perQueue", "perMessageGroupId"],
};
const readOnly = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
  "CreatedTimestamp",
  "LastModifiedTimestamp",
  "QueueArn",
];
const known = new Set([
  ...Object.keys(numeric),
  ...kept,
  ...Object.keys(fifoChoices),
  ...readOnly,
  "FifoQueue",
  "RedrivePolicy",
]);

export function defaultSettings(): QueueSettings {
  return {
    visibility: 30 * second,
    delay: 0,
    retention: 345_600 * second,
    receiveWait: 0,
    largestMessage: 1_048_576,
    redrive: undefined,
    contentBasedDeduplication: false,
    deduplicationScope: "queue",
  };
}

/** What attributes say, all of them checked: to be applied in one go, or not at all. */
export interface ReadAttributes {
  readonly settings: Partial<QueueSettings>;
  readonly given: ReadonlyMap<string, string>;
}

/** Reads attributes as CreateQueue and SetQueueAttributes take them. `current` are those of an existing queue. */
export function readAttributes(
  broker: Broker,
  queue: { readonly arn: string; readonly fifo: boolean },
  attributes: Readonly<Record<string, string>>,
  current: ReadonlyMap<string, string> = new Map(),
): ReadAttributes {
  const settings: Partial<QueueSettings> = {};
  const given = new Map<string, string>();
  for (const [name, value] of Object.entries(attributes)) {
    if (isNumeric(name)) {
      const { least, most, key, unit } = numeric[name];
      settings[key] = wholeNumber(name, value, least, most) * unit;
    } else if (name === "RedrivePolicy") {
      settings.redrive = value === "" ? undefined : parseRedrive(broker, queue.arn, value);
    } else if (name === "FifoQueue") {
      if (value !== String(queue.fifo)) throw invalidValue(name, "Modifying queue type is not supported.");
    } else if (Object.hasOwn(fifoChoices, name)) {
      if (!queue.fifo)
        throw new AwsError("InvalidAttributeName", `You can specify ${name} only when FifoQueue is set to true.`);
      if (fifoChoices[name]?.includes(value) !== true) throw invalidValue(name);
      given.set(name, value);
    } else if (kept.includes(name)) {
      checkKept(name, value);
      given.set(name, value);
    } else throw unknownAttribute(name);
  }
  const after = (name: string) => given.get(name) ?? current.get(name);
  if (after("FifoThroughputLimit") === "perMessageGroupId" && after("DeduplicationScope") !== "messageGroup") {
    throw invalidValue(
      "FifoThroughputLimit",
      "The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup.",
    );
  }
  if (given.has("ContentBasedDeduplication"))
    settings.contentBasedDeduplication = given.get("ContentBasedDeduplication") === "true";
  if (given.has("DeduplicationScope"))
    settings.deduplicationScope = given.get("DeduplicationScope") === "messageGroup" ? "messageGroup" : "queue";
  return { settings, given };
}

/** All attributes of a queue, as GetQueueAttributes returns them. */
export function attributesOf(queue: Queue): Readonly<Record<string, string | undefined>> {
  const { ready, delayed, "in flight": inFlight } = queue.tally.total;
  const { redrive } = queue.settings;
  const given = Object.fromEntries([...queue.given].filter(([, value]) => value !== ""));
  return {
    ApproximateNumberOfMessages: String(ready),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / second)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / second)),
    SqsManagedSseEnabled: String(given["KmsMasterKeyId"] === undefined),
    ...Object.fromEntries(
      Object.entries(numeric).map(([name, { key, unit }]) => [name, String(queue.settings[key] / unit)]),
    ),
    ...(queue.fifo && { FifoQueue: "true" }),
    ...(queue.fifo && Object.fromEntries(Object.entries(fifoChoices).map(([name, [first]]) => [name, first]))),
    ...given,
    ...(redrive && {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: redrive.deadLetterArn,
        maxReceiveCount: redrive.maxReceives,
      }),
    }),
    QueueArn: queue.arn,
  };
}

/** Those of the attributes that were asked for by name, or by "All". */
export function askedAttributes(queue: Queue, names: readonly string[]): Readonly<Record<string, string | undefined>> {
  const unknown = names.find((name) => name !== "All" && !known.has(name));
  if (unknown !== undefined) throw unknownAttribute(unknown);
  const all = attributesOf(queue);
  if (names.includes("All")) return all;
  return Object.fromEntries(names.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
}

/** Whether a queue has an attribute's value already; policies are compared as JSON. */
export function sameValue(current: string | undefined, given: string): boolean {
  if (current === given) return true;
  if (current === undefined) return given === "" || given === "false";
  try {
    return canonical(JSON.parse(current)) === canonical(JSON.parse(given));
  } catch {
    // not JSON: compared as text already
    return false;
  }
}

function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return JSON.stringify(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, canonical(part)]),
  );
}

function checkKept(name: string, value: string): void {
  if (name === "KmsDataKeyReusePeriodSeconds") wholeNumber(name, value, 60, 86_400);
  if (name === "SqsManagedSseEnabled" && value !== "true" && value !== "false") throw invalidValue(name);
  if (name === "RedriveAllowPolicy" && value !== "") checkRedriveAllow(value);
  if (name === "Policy" && value !== "" && !isJsonObject(value)) throw invalidValue(name);
}

function isJsonObject(value: string): boolean {
  try {
    return isObject(JSON.parse(value));
  } catch {
    return false;
  }
}

function isNumeric(name: string): name is keyof typeof numeric {
  return Object.hasOwn(numeric, name);
}

function wholeNumber(name: string, value: string, least: number, most: number): number {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= least && number <= most)) throw invalidValue(name);
  return number;
}

function unknownAttribute(name: string): AwsError {
  return new AwsError("InvalidAttributeName", `Unknown Attribute ${name}.`);
}

function invalidValue(name: string, reason?: string): AwsError {
  return new AwsError(
    "InvalidAttributeValue",
    `Invalid value for the parameter ${name}.${reason === undefined ? "" : ` Reason: ${reason}`}`,
  );
}
