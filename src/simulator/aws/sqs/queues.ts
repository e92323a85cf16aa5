import { AwsError } from "../aws-error.ts";
import { askedAttributes, attributesOf, defaultSettings, readAttributes, sameValue } from "./attributes.ts";
import { type Actions, queueOf, type SqsCall, urlOf } from "./call.ts";
import { noSuchQueue, prefixed } from "./errors.ts";
import { optionalText, text, textMap, texts } from "./input.ts";
import { page } from "./page.ts";

const cooldown = 60_000;
const nameForm = /^[A-Za-z0-9_-]{1,80}$/;

export const queueActions: Actions = {
  CreateQueue(input, call) {
    const { broker } = call;
    const name = text(input, "QueueName");
    const attributes = textMap(input, "Attributes");
    const fifo = attributes["FifoQueue"] === "true";
    checkName(name, fifo);
    const existing = broker.queues.get(name);
    if (existing !== undefined) {
      const current = attributesOf(existing);
      const other = Object.entries(attributes).find(([key, value]) => !sameValue(current[key], value));
      if (other === undefined) return { QueueUrl: urlOf(name, call) };
      throw new AwsError(
        "QueueNameExists",
        `A queue already exists with the same name and a different value for attribute ${other[0]}`,
        { queryCode: "QueueAlreadyExists" },
      );
    }
    if (broker.deletedSince(name, cooldown) !== undefined) {
      throw prefixed(
        "QueueDeletedRecently",
        "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
      );
    }
    const { settings, given } = readAttributes(broker, { arn: broker.queueArn(name), fifo }, attributes);
    const queue = broker.createQueue(name, { ...defaultSettings(), ...settings });
    for (const [key, value] of given) queue.given.set(key, value);
    for (const [key, value] of Object.entries({ ...textMap(input, "tags"), ...textMap(input, "Tags") }))
      queue.tags.set(key, value);
    return { QueueUrl: urlOf(name, call) };
  },

  GetQueueUrl(input, call) {
    const name = text(input, "QueueName");
    const owner = optionalText(input, "QueueOwnerAWSAccountId") ?? call.accountId;
    if (owner !== call.accountId || !call.broker.queues.has(name)) throw noSuchQueue();
    return { QueueUrl: urlOf(name, call) };
  },

  ListQueues(input, call) {
    const prefix = optionalText(input, "QueueNamePrefix") ?? "";
    const names = [...call.broker.queues.keys()].filter((name) => name.startsWith(prefix));
    const { items, next } = page(names, input);
    return { ...(items.length > 0 && { QueueUrls: urlsOf(items, call) }), ...next };
  },

  ListDeadLetterSourceQueues(input, call) {
    const sources = call.broker.sourcesOf(queueOf(input, call)).map(({ name }) => name);
    const { items, next } = page(sources, input);
    return { queueUrls: urlsOf(items, call), ...next };
  },

  DeleteQueue(input, call) {
    call.broker.deleteQueue(queueOf(input, call));
    return {};
  },

  PurgeQueue(input, call) {
    const queue = queueOf(input, call);
    const now = call.broker.time.now();
    if (queue.purgedAt !== undefined && now - queue.purgedAt < cooldown) {
      throw prefixed(
        "PurgeQueueInProgress",
        `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
        { status: 403 },
      );
    }
    queue.purgedAt = now;
    queue.purge();
    return {};
  },

  GetQueueAttributes(input, call) {
    const queue = queueOf(input, call);
    const names = texts(input, "AttributeNames");
    return names.length === 0 ? {} : { Attributes: askedAttributes(queue, names) };
  },

  SetQueueAttributes(input, call) {
    const queue = queueOf(input, call);
    const { settings, given } = readAttributes(call.broker, queue, textMap(input, "Attributes"), queue.given);
    Object.assign(queue.settings, settings);
    for (const [key, value] of given) queue.given.set(key, value);
    queue.changedSettings();
    return {};
  },
};

function checkName(name: string, fifo: boolean): void {
  if (fifo) {
    if (name.endsWith(".fifo") && name.length <= 80 && nameForm.test(name.slice(0, -".fifo".length))) return;
    throw new AwsError(
      "InvalidParameterValue",
      "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.",
    );
  }
  if (!nameForm.test(name)) {
    throw new AwsError(
      "InvalidParameterValue",
      "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    );
  }
}

function urlsOf(names: readonly string[], call: SqsCall): string[] {
  return names.map((name) => urlOf(name, call));
}
