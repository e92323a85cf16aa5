import type { Broker } from "../broker/broker.ts";
import type { StoredMessage, TypedAttribute, TypedAttributes } from "../broker/message.ts";
import type { Queue } from "../broker/queue.ts";
import { AwsError } from "./aws-error.ts";
import { md5OfAttributes, md5OfBody } from "./md5.ts";
import { applyAttributes, attributesOf, defaultSettings } from "./sqs-attributes.ts";

const largest = 1_048_576;
const mostInFlight = 120_000;
const purgeCooldown = 60_000;
const nameForm = /^[A-Za-z0-9_-]{1,80}$/;
const second = 1_000;

type Input = Readonly<Record<string, unknown>>;

/** What an action needs besides its input. */
export interface SqsCall {
  readonly broker: Broker;
  /** "http://127.0.0.1:4566", from the request's own Host header. */
  readonly base: string;
  readonly accountId: string;
  /** Aborted when the caller has gone away. */
  readonly signal: AbortSignal;
}

type Action = (input: Input, call: SqsCall) => unknown;

/** SQS actions of a standard queue by name. Source: Amazon SQS API Reference. */
export const sqsActions: Readonly<Record<string, Action>> = {
  CreateQueue(input, call) {
    const name = text(input, "QueueName");
    if (name.endsWith(".fifo")) {
      throw new AwsError("UnsupportedOperation", "This version of the simulator has no FIFO queues.", {
        queryCode: "AWS.SimpleQueueService.UnsupportedOperation",
      });
    }
    if (!nameForm.test(name)) {
      throw new AwsError(
        "InvalidParameterValue",
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
      );
    }
    const attributes = record(input, "Attributes");
    const existing = call.broker.queues.get(name);
    if (existing !== undefined) {
      const current = attributesOf(existing);
      const other = Object.entries(attributes).find(([key, value]) => !sameAttribute(current[key], value));
      if (other === undefined) return { QueueUrl: urlOf(existing, call) };
      throw new AwsError(
        "QueueNameExists",
        `A queue already exists with the same name and a different value for attribute ${other[0]}`,
        { queryCode: "QueueAlreadyExists" },
      );
    }
    const settings = defaultSettings();
    const given = new Map<string, string>();
    applyAttributes(call.broker, settings, given, attributes);
    const queue = call.broker.createQueue(name, settings);
    for (const [key, value] of given) queue.given.set(key, value);
    for (const [key, value] of Object.entries({ ...record(input, "tags"), ...record(input, "Tags") }))
      queue.tags.set(key, value);
    return { QueueUrl: urlOf(queue, call) };
  },

  GetQueueUrl(input, call) {
    const queue = call.broker.queues.get(text(input, "QueueName"));
    if (queue === undefined) throw noSuchQueue();
    return { QueueUrl: urlOf(queue, call) };
  },

  ListQueues(input, call) {
    const prefix = optionalText(input, "QueueNamePrefix") ?? "";
    const names = [...call.broker.queues.keys()].filter((name) => name.startsWith(prefix)).sort();
    const { items, next } = page(names, input, 1_000);
    return { QueueUrls: items.map((name) => `${call.base}/${call.accountId}/${name}`), ...next };
  },

  DeleteQueue(input, call) {
    call.broker.deleteQueue(queueOf(input, call));
    return {};
  },

  GetQueueAttributes(input, call) {
    const queue = queueOf(input, call);
    const wanted = list(input, "AttributeNames").map(String);
    const all = attributesOf(queue);
    if (wanted.length === 0) return {};
    if (wanted.includes("All")) return { Attributes: all };
    const unknown = wanted.find(
      (name) =>
        !(name in all) &&
        name !== "RedrivePolicy" &&
        name !== "Policy" &&
        name !== "RedriveAllowPolicy" &&
        name !== "KmsMasterKeyId" &&
        name !== "KmsDataKeyReusePeriodSeconds",
    );
    if (unknown !== undefined) throw new AwsError("InvalidAttributeName", `Unknown Attribute ${unknown}.`);
    return {
      Attributes: Object.fromEntries(wanted.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]]))),
    };
  },

  SetQueueAttributes(input, call) {
    const queue = queueOf(input, call);
    applyAttributes(call.broker, queue.settings, queue.given, record(input, "Attributes"));
    return {};
  },

  TagQueue(input, call) {
    const queue = queueOf(input, call);
    for (const [key, value] of Object.entries(record(input, "Tags"))) queue.tags.set(key, value);
    return {};
  },

  UntagQueue(input, call) {
    const queue = queueOf(input, call);
    for (const key of list(input, "TagKeys")) queue.tags.delete(String(key));
    return {};
  },

  ListQueueTags(input, call) {
    return { Tags: Object.fromEntries(queueOf(input, call).tags) };
  },

  ListDeadLetterSourceQueues(input, call) {
    const sources = call.broker
      .sourcesOf(queueOf(input, call))
      .map(({ name }) => name)
      .sort();
    const { items, next } = page(sources, input, 1_000);
    return { queueUrls: items.map((name) => `${call.base}/${call.accountId}/${name}`), ...next };
  },

  PurgeQueue(input, call) {
    const queue = queueOf(input, call);
    const now = call.broker.time.now();
    if (queue.purgedAt !== undefined && now - queue.purgedAt < purgeCooldown) {
      throw new AwsError(
        "PurgeQueueInProgress",
        `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
        {
          status: 403,
          queryCode: "AWS.SimpleQueueService.PurgeQueueInProgress",
        },
      );
    }
    queue.purgedAt = now;
    queue.purge();
    return {};
  },

  SendMessage(input, call) {
    return send(queueOf(input, call), input, call);
  },

  SendMessageBatch(input, call) {
    const queue = queueOf(input, call);
    const entries = batch(input);
    const size = entries.reduce((sum, entry) => sum + Buffer.byteLength(optionalText(entry, "MessageBody") ?? ""), 0);
    if (size > largest) {
      throw new AwsError(
        "BatchRequestTooLong",
        `Batch requests cannot be longer than ${largest} bytes. You have sent ${size} bytes.`,
        { queryCode: "AWS.SimpleQueueService.BatchRequestTooLong" },
      );
    }
    return eachOf(entries, (entry) => send(queue, entry, call));
  },

  async ReceiveMessage(input, call) {
    const queue = queueOf(input, call);
    const max = number(input, "MaxNumberOfMessages", 1, 10) ?? 1;
    const wait = (number(input, "WaitTimeSeconds", 0, 20) ?? queue.settings.receiveWait / second) * second;
    const given = number(input, "VisibilityTimeout", 0, 43_200);
    const visibility = given === undefined ? undefined : given * second;
    if (queue.tally.sum()["in flight"] >= mostInFlight) {
      throw new AwsError("OverLimit", "Too many messages in flight.", { status: 403 });
    }
    const messages = await queue.receive({ max, wait, visibility, signal: call.signal });
    if (messages.length === 0) return {};
    const attributeNames = list(input, "MessageAttributeNames").map(String);
    const systemNames = [...list(input, "MessageSystemAttributeNames"), ...list(input, "AttributeNames")].map(String);
    return { Messages: messages.map((message) => render(message, attributeNames, systemNames, call)) };
  },

  DeleteMessage(input, call) {
    return remove(queueOf(input, call), input);
  },

  DeleteMessageBatch(input, call) {
    const queue = queueOf(input, call);
    return eachOf(batch(input), (entry) => remove(queue, entry));
  },

  ChangeMessageVisibility(input, call) {
    return changeVisibility(queueOf(input, call), input);
  },

  ChangeMessageVisibilityBatch(input, call) {
    const queue = queueOf(input, call);
    return eachOf(batch(input), (entry) => changeVisibility(queue, entry));
  },
};

function send(queue: Queue, input: Input, { broker }: SqsCall) {
  const body = text(input, "MessageBody");
  if (body === "") throw new AwsError("MissingParameter", "The request must contain the parameter MessageBody.");
  checkCharacters(body);
  const attributes = typedAttributes(input["MessageAttributes"]);
  const size = Buffer.byteLength(body) + attributesSize(attributes);
  if (size > largest) {
    throw new AwsError(
      "InvalidParameterValue",
      `One or more parameters are invalid. Reason: Message must be shorter than ${largest} bytes.`,
    );
  }
  const delay = number(input, "DelaySeconds", 0, 900);
  const system = typedAttributes(input["MessageSystemAttributes"]);
  const traceHeader = system["AWSTraceHeader"]?.stringValue;
  const message = broker.send(
    queue,
    { body, attributes, ...(traceHeader !== undefined && { traceHeader }) },
    delay === undefined ? undefined : delay * second,
  );
  const md5 = md5OfAttributes(attributes);
  const systemMd5 = md5OfAttributes(system);
  return {
    MessageId: message.id,
    MD5OfMessageBody: md5OfBody(body),
    ...(md5 !== undefined && { MD5OfMessageAttributes: md5 }),
    ...(systemMd5 !== undefined && { MD5OfMessageSystemAttributes: systemMd5 }),
  };
}

function remove(queue: Queue, input: Input) {
  const receipt = text(input, "ReceiptHandle");
  const message = queue.byReceipt(receipt);
  // deleting twice is fine, deleting with an invented handle is not
  if (message === undefined && !isReceipt(receipt)) throw invalidReceipt();
  if (message !== undefined) queue.delete(message);
  return {};
}

function changeVisibility(queue: Queue, input: Input) {
  const receipt = text(input, "ReceiptHandle");
  const visibility = number(input, "VisibilityTimeout", 0, 43_200);
  if (visibility === undefined)
    throw new AwsError("MissingParameter", "The request must contain the parameter VisibilityTimeout.");
  const message = queue.byReceipt(receipt);
  if (message === undefined) {
    if (!isReceipt(receipt)) throw invalidReceipt();
    throw new AwsError(
      "InvalidParameterValue",
      `Value ${receipt} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    );
  }
  if (message.state !== "in flight") {
    throw new AwsError("MessageNotInflight", "The specified message isn't in flight.", {
      queryCode: "AWS.SimpleQueueService.MessageNotInflight",
    });
  }
  queue.changeVisibility(message, visibility * second);
  return {};
}

const receiptForm = /^[0-9a-f-]{36} [0-9a-f-]{36}$/;

function isReceipt(receipt: string): boolean {
  return receiptForm.test(Buffer.from(receipt, "base64").toString("latin1"));
}

function invalidReceipt(): AwsError {
  return new AwsError("ReceiptHandleIsInvalid", "The input receipt handle is invalid.", { status: 404 });
}

function render(
  message: StoredMessage,
  attributeNames: readonly string[],
  systemNames: readonly string[],
  { accountId }: SqsCall,
) {
  const attributes = Object.fromEntries(
    Object.entries(message.attributes).filter(([name]) =>
      attributeNames.some(
        (wanted) =>
          wanted === "All" ||
          wanted === ".*" ||
          wanted === name ||
          (wanted.endsWith(".*") && name.startsWith(wanted.slice(0, -2))),
      ),
    ),
  );
  const system: Record<string, string | undefined> = {
    SenderId: accountId,
    SentTimestamp: String(Math.floor(message.sentAt)),
    ApproximateReceiveCount: String(message.receives),
    ApproximateFirstReceiveTimestamp: String(Math.floor(message.firstReceivedAt ?? 0)),
    AWSTraceHeader: message.traceHeader,
    DeadLetterQueueSourceArn: message.deadLetteredFrom,
  };
  const shown = Object.fromEntries(
    Object.entries(system).filter(
      ([name, value]) => value !== undefined && (systemNames.includes("All") || systemNames.includes(name)),
    ),
  );
  const md5 = md5OfAttributes(attributes);
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    Body: message.body,
    MD5OfBody: md5OfBody(message.body),
    ...(Object.keys(shown).length > 0 && { Attributes: shown }),
    ...(md5 !== undefined && {
      MD5OfMessageAttributes: md5,
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, attribute]) => [name, wireAttribute(attribute)]),
      ),
    }),
  };
}

function wireAttribute({ dataType, stringValue, binaryValue }: TypedAttribute) {
  return {
    DataType: dataType,
    ...(stringValue !== undefined && { StringValue: stringValue }),
    ...(binaryValue !== undefined && { BinaryValue: Buffer.from(binaryValue).toString("base64") }),
  };
}

/** Message attributes as the JSON protocol carries them. */
function typedAttributes(given: unknown): TypedAttributes {
  if (given === undefined || given === null) return {};
  const entries = Object.entries(given as Record<string, Record<string, unknown>>);
  return Object.fromEntries(
    entries.map(([name, { DataType, StringValue, BinaryValue }]) => {
      if (typeof DataType !== "string" || !/^(String|Number|Binary)(\..+)?$/.test(DataType)) {
        throw new AwsError(
          "InvalidParameterValue",
          `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
        );
      }
      if (DataType.startsWith("Binary")) {
        if (typeof BinaryValue !== "string") throw emptyAttribute(name, DataType);
        return [name, { dataType: DataType, binaryValue: Buffer.from(BinaryValue, "base64") }];
      }
      if (typeof StringValue !== "string" || StringValue === "") throw emptyAttribute(name, DataType);
      return [name, { dataType: DataType, stringValue: StringValue }];
    }),
  );
}

function emptyAttribute(name: string, dataType: string): AwsError {
  return new AwsError(
    "InvalidParameterValue",
    `The message attribute '${name}' must contain a non-empty value of type '${dataType}'.`,
  );
}

function attributesSize(attributes: TypedAttributes): number {
  return Object.entries(attributes).reduce(
    (sum, [name, { dataType, stringValue, binaryValue }]) =>
      sum +
      Buffer.byteLength(name) +
      Buffer.byteLength(dataType) +
      Buffer.byteLength(stringValue ?? "") +
      (binaryValue?.byteLength ?? 0),
    0,
  );
}

// XML 1.0 characters: the only ones that SQS takes
const notAllowed = /[^\u0009\u000A\u000D\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

function checkCharacters(body: string): void {
  if (notAllowed.test(body))
    throw new AwsError("InvalidMessageContents", "The message contains characters outside the allowed set.");
}

function queueOf(input: Input, { broker }: SqsCall): Queue {
  const url = text(input, "QueueUrl");
  const queue = broker.queues.get(url.slice(url.lastIndexOf("/") + 1));
  if (queue === undefined) throw noSuchQueue();
  return queue;
}

function noSuchQueue(): AwsError {
  return new AwsError("QueueDoesNotExist", "The specified queue does not exist.", {
    queryCode: "AWS.SimpleQueueService.NonExistentQueue",
  });
}

function urlOf(queue: Queue, { base, accountId }: SqsCall): string {
  return `${base}/${accountId}/${queue.name}`;
}

function sameAttribute(current: string | undefined, given: string): boolean {
  if (current === given) return true;
  if (current === undefined) return given === "";
  try {
    const [a, b] = [JSON.parse(current) as unknown, JSON.parse(given) as unknown];
    return canonical(a) === canonical(b);
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

function batch(input: Input): readonly Input[] {
  const entries = list(input, "Entries") as readonly Input[];
  if (entries.length === 0)
    throw new AwsError("EmptyBatchRequest", "There should be at least one entry in the request.", {
      queryCode: "AWS.SimpleQueueService.EmptyBatchRequest",
    });
  if (entries.length > 10) {
    throw new AwsError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
      { queryCode: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest" },
    );
  }
  const ids = entries.map((entry) => entry["Id"]);
  if (new Set(ids).size !== ids.length) {
    throw new AwsError("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.", {
      queryCode: "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
    });
  }
  return entries;
}

/** Runs a batch: what fails is told entry by entry, and hurts no other. */
function eachOf(entries: readonly Input[], run: (entry: Input) => object) {
  const successful: object[] = [];
  const failed: object[] = [];
  for (const entry of entries) {
    try {
      successful.push({ Id: entry["Id"], ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failed.push({ Id: entry["Id"], SenderFault: true, Code: error.queryCode, Message: error.message });
    }
  }
  return { Successful: successful, Failed: failed };
}

function page(names: readonly string[], input: Input, most: number) {
  const size = number(input, "MaxResults", 1, most) ?? most;
  const token = optionalText(input, "NextToken");
  const start = token === undefined ? 0 : Number(Buffer.from(token, "base64url").toString());
  if (!Number.isInteger(start) || start < 0)
    throw new AwsError("InvalidParameterValue", "Invalid or expired next token.");
  const items = names.slice(start, start + size);
  const more = start + size < names.length;
  return { items, next: more ? { NextToken: Buffer.from(String(start + size)).toString("base64url") } : {} };
}

function text(input: Input, name: string): string {
  const value = optionalText(input, name);
  if (value === undefined) throw new AwsError("MissingParameter", `The request must contain the parameter ${name}.`);
  return value;
}

function optionalText(input: Input, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string")
    throw new AwsError("InvalidParameterValue", `Value for parameter ${name} must be a string.`);
  return value;
}

function number(input: Input, name: string, least: number, most: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
    throw new AwsError(
      "InvalidParameterValue",
      `Value ${String(value)} for parameter ${name} is invalid. Reason: Must be >= ${least} and <= ${most}, if provided.`,
    );
  }
  return value;
}

function list(input: Input, name: string): readonly unknown[] {
  const value = input[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new AwsError("InvalidParameterValue", `Value for parameter ${name} must be a list.`);
  return value;
}

function record(input: Input, name: string): Readonly<Record<string, string>> {
  const value = input[name];
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" || Object.values(value).some((part) => typeof part !== "string")) {
    throw new AwsError("InvalidParameterValue", `Value for parameter ${name} must map strings to strings.`);
  }
  return value as Readonly<Record<string, string>>;
}
