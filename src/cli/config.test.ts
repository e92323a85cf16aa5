import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readConfig } from "./config.ts";

const folder = mkdtempSync(join(tmpdir(), "wakeful-config-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function configOf(text: string): string {
  const path = join(folder, "aws.json");
  writeFileSync(path, text);
  return path;
}

test("a configuration is read as it is written, topics and queues also by name alone", () => {
  const written = {
    topics: ["orders", { name: "bills.fifo", attributes: { ContentBasedDeduplication: "true" } }],
    queues: [
      "dead",
      { name: "work", attributes: { DelaySeconds: "1" }, deadLetters: { queue: "dead", maxReceives: 3 } },
    ],
    subscriptions: [{ topic: "orders", queue: "work" }],
  };
  expect(readConfig(configOf(JSON.stringify(written)))).toEqual({
    topics: [{ name: "orders", attributes: {} }, written.topics[1]],
    queues: [{ name: "dead", attributes: {} }, written.queues[1]],
    subscriptions: [{ topic: "orders", queue: "work", attributes: {} }],
    tables: [],
  });
});

test("attributes may be written as JSON has them: AWS takes them as texts", () => {
  const attributes = {
    DelaySeconds: 1,
    SqsManagedSseEnabled: false,
    RedriveAllowPolicy: { redrivePermission: "denyAll" },
  };
  const { queues } = readConfig(configOf(JSON.stringify({ queues: [{ name: "q", attributes }] })));
  expect(queues[0]?.attributes).toEqual({
    DelaySeconds: "1",
    SqsManagedSseEnabled: "false",
    RedriveAllowPolicy: '{"redrivePermission":"denyAll"}',
  });
});

test.for([
  ["[]", "the whole must be an object"],
  ['{ "queues": [] not json', "aws.json is not JSON: "],
  ["", "aws.json is not JSON: it is empty."],
  ['{"topic":[]}', 'There is no key "topic". Did you mean topics? There are: topics, '],
  ['{"topics":"a"}', "topics must be a list"],
  ['{"topics":[""]}', "topics[0] must be a text"],
  ['{"topics":["a",{"name":"a"}]}', 'topics[1]: there are two topics "a"'],
  [
    '{"topics":[{"name":"a","attribute":{}}]}',
    'There is no key of topics[0] "attribute". Did you mean attributes? There are: name, attributes.',
  ],
  [
    '{"topics":[{"name":"a","deadLetters":{"queue":"b"}}]}',
    'There is no key of topics[0] "deadLetters". There are: name, attributes.',
  ],
  ['{"queues":[{}]}', "queues[0].name is missing: it must be a text"],
  ['{"queues":[{"name":"a","visibilityTimeout":5}]}', 'There is no key of queues[0] "visibilityTimeout". There are: '],
  ['{"queues":[{"name":"a","deadLetter":{}}]}', "Did you mean deadLetters?"],
  ['{"queues":[{"name":"a","attributes":{"DelaySeconds":null}}]}', "queues[0].attributes.DelaySeconds must be a text"],
  [
    '{"queues":["d",{"name":"a","deadLetters":{"queue":"d","maxReceives":"3"}}]}',
    "queues[1].deadLetters.maxReceives must be a whole number",
  ],
  [
    '{"queues":["a--dlq",{"name":"a","deadLetters":{"queue":"a-dlq","maxReceives":3}}]}',
    'queues[1].deadLetters.queue: There is no queue "a-dlq". Did you mean a--dlq? There are: a--dlq, a. Declare it in "queues"',
  ],
  ['{"topics":["a"],"subscriptions":[{"topic":"a"}]}', "subscriptions[0].queue is missing: it must be a text"],
  ['{"topics":["a"],"subscriptions":[{"topic":"a","queue":"b"}]}', 'There is no queue "b". There are none.'],
  ['{"queues":["b"],"subscriptions":[{"topic":"a","queue":"b"}]}', 'There is no topic "a". There are none.'],
  ['{"tables":["t"]}', "tables[0] must be an object"],
] as const)("%s is refused with its place", ([text, problem]) => {
  expect(() => readConfig(configOf(text))).toThrow(problem);
});

test("a file that is not there is named, and what is no file", () => {
  expect(() => readConfig(join(folder, "nowhere.json"))).toThrow(
    /nowhere\.json cannot be read: there is no such file\./,
  );
  expect(() => readConfig(folder)).toThrow("cannot be read: it is a folder.");
});
