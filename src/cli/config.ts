import { readFileSync } from "node:fs";
import { CommandFailed } from "./command-failed.ts";

export interface QueueConfig {
  readonly name: string;
  /** As CreateQueue takes them: "VisibilityTimeout": "30". */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly deadLetters?: { readonly queue: string; readonly maxReceives: number };
}

export interface SubscriptionConfig {
  readonly topic: string;
  readonly queue: string;
  /** As Subscribe takes them: "RawMessageDelivery": "true", "FilterPolicy": "...". */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** What `wakeful up --config` creates at the start. */
export interface Config {
  readonly topics: readonly string[];
  readonly queues: readonly QueueConfig[];
  readonly subscriptions: readonly SubscriptionConfig[];
  /** As DynamoDB's CreateTable takes them. */
  readonly tables: readonly Readonly<Record<string, unknown>>[];
}

/** Reads and checks a file. Throws `CommandFailed` with the place of the first mistake. */
export function readConfig(path: string): Config {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new CommandFailed(`${path} cannot be read: ${(error as Error).message}`);
  }
  const fail = (place: string, expected: string): never => {
    throw new CommandFailed(`${path}: ${place} must be ${expected}.`);
  };
  const root = isRecord(value) ? value : fail("the whole", "an object");
  const known = ["topics", "queues", "subscriptions", "tables"];
  const stranger = Object.keys(root).find((key) => !known.includes(key));
  if (stranger !== undefined) fail(`"${stranger}"`, `one of ${known.join(", ")}`);

  const listOf = (key: string): readonly unknown[] => {
    const list = root[key] ?? [];
    return Array.isArray(list) ? list : fail(key, "a list");
  };
  const record = (item: unknown, place: string) => (isRecord(item) ? item : fail(place, "an object"));
  const text = (item: unknown, place: string): string =>
    typeof item === "string" && item !== "" ? item : fail(place, "a text");
  const texts = (item: unknown, place: string): Readonly<Record<string, string>> | undefined => {
    if (item === undefined) return undefined;
    const entries = Object.entries(record(item, place));
    return Object.fromEntries(entries.map(([key, each]) => [key, text(each, `${place}.${key}`)]));
  };

  return {
    topics: listOf("topics").map((item, index) => text(item, `topics[${index}]`)),
    queues: listOf("queues").map((item, index) => {
      const place = `queues[${index}]`;
      if (typeof item === "string") return { name: item };
      const { name, attributes, deadLetters } = record(item, place);
      const given = texts(attributes, `${place}.attributes`);
      return {
        name: text(name, `${place}.name`),
        ...(given && { attributes: given }),
        ...(deadLetters !== undefined && { deadLetters: deadLettersOf(deadLetters, `${place}.deadLetters`) }),
      };
    }),
    subscriptions: listOf("subscriptions").map((item, index) => {
      const place = `subscriptions[${index}]`;
      const { topic, queue, attributes } = record(item, place);
      const given = texts(attributes, `${place}.attributes`);
      return {
        topic: text(topic, `${place}.topic`),
        queue: text(queue, `${place}.queue`),
        ...(given && { attributes: given }),
      };
    }),
    tables: listOf("tables").map((item, index) => record(item, `tables[${index}]`)),
  };

  function deadLettersOf(item: unknown, place: string) {
    const { queue, maxReceives } = record(item, place);
    const count = typeof maxReceives === "number" && Number.isInteger(maxReceives) ? maxReceives : undefined;
    return {
      queue: text(queue, `${place}.queue`),
      maxReceives: count ?? fail(`${place}.maxReceives`, "a whole number"),
    };
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
