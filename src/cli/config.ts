import { readFileSync } from "node:fs";
import { WrongUse } from "./command-failed.ts";
import { ConfigValue } from "./config-value.ts";
import { unknownName } from "./names.ts";

export interface TopicConfig {
  readonly name: string;
  /** As CreateTopic takes them: "ContentBasedDeduplication": "true". */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface QueueConfig {
  readonly name: string;
  /** As CreateQueue takes them: "VisibilityTimeout": "30". */
  readonly attributes: Readonly<Record<string, string>>;
  readonly deadLetters?: { readonly queue: string; readonly maxReceives: number };
}

export interface SubscriptionConfig {
  readonly topic: string;
  readonly queue: string;
  /** As Subscribe takes them: "RawMessageDelivery": "true", "FilterPolicy": "...". */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What `wakeful up --config` creates at the start. */
export interface Config {
  readonly topics: readonly TopicConfig[];
  readonly queues: readonly QueueConfig[];
  readonly subscriptions: readonly SubscriptionConfig[];
  /** As DynamoDB's CreateTable takes them. */
  readonly tables: readonly Readonly<Record<string, unknown>>[];
}

const topicKeys = ["name", "attributes"] as const;
const queueKeys = ["name", "attributes", "deadLetters"] as const;

/** Reads and checks a file. Throws `WrongUse` with the place of the first mistake. */
export function readConfig(path: string): Config {
  const root = new ConfigValue(path, "", readJson(path));
  const { topics, queues, subscriptions, tables } = root.fields(["topics", "queues", "subscriptions", "tables"]);
  const topicNames = unique(topics, topicKeys);
  const queueNames = unique(queues, queueKeys);
  return {
    topics: topics.list().map((item) => {
      if (item.isText) return { name: item.text(), attributes: {} };
      const { name, attributes } = item.fields(topicKeys);
      return { name: name.text(), attributes: attributes.attributes() };
    }),
    queues: queues.list().map((item) => {
      if (item.isText) return { name: item.text(), attributes: {} };
      const { name, attributes, deadLetters } = item.fields(queueKeys);
      return {
        name: name.text(),
        attributes: attributes.attributes(),
        ...(deadLetters.given && { deadLetters: deadLettersOf(deadLetters, queueNames) }),
      };
    }),
    subscriptions: subscriptions.list().map((item) => {
      const { topic, queue, attributes } = item.fields(["topic", "queue", "attributes"]);
      return {
        topic: declared("topic", topic, topicNames),
        queue: declared("queue", queue, queueNames),
        attributes: attributes.attributes(),
      };
    }),
    tables: tables.list().map((item) => item.record()),
  };
}

function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const problem = { ENOENT: "there is no such file", EISDIR: "it is a folder", EACCES: "it may not be read" }[
      code ?? ""
    ];
    throw new WrongUse(`${path} cannot be read: ${problem ?? message}.`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WrongUse(`${path} is not JSON: ${text.trim() === "" ? "it is empty" : (error as Error).message}.`);
  }
}

/** The names in a list, each once. */
function unique(list: ConfigValue, keys: readonly (typeof queueKeys)[number][]): readonly string[] {
  const names: string[] = [];
  for (const item of list.list()) {
    const name = item.isText ? item.text() : item.fields(keys).name.text();
    if (names.includes(name)) item.refuse(`${item.place}: there are two ${list.place} "${name}".`);
    names.push(name);
  }
  return names;
}

function deadLettersOf(item: ConfigValue, queueNames: readonly string[]): NonNullable<QueueConfig["deadLetters"]> {
  const { queue, maxReceives } = item.fields(["queue", "maxReceives"]);
  return { queue: declared("queue", queue, queueNames), maxReceives: maxReceives.wholeNumber() };
}

/** A name that the file itself must declare. */
function declared(what: "topic" | "queue", item: ConfigValue, names: readonly string[]): string {
  const name = item.text();
  if (!names.includes(name)) {
    item.refuse(`${item.place}: ${unknownName(what, name, names)} Declare it in "${what}s", or correct the name.`);
  }
  return name;
}
