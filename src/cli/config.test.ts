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

test("a configuration is read as it is written, queues also by name alone", () => {
  const written = {
    topics: ["orders"],
    queues: [
      "dead",
      { name: "work", attributes: { DelaySeconds: "1" }, deadLetters: { queue: "dead", maxReceives: 3 } },
    ],
    subscriptions: [{ topic: "orders", queue: "work" }],
  };
  expect(readConfig(configOf(JSON.stringify(written)))).toEqual({
    ...written,
    queues: [{ name: "dead" }, written.queues[1]],
    tables: [],
  });
});

test.for([
  ["[]", "the whole must be an object"],
  ["{ not json", "cannot be read"],
  ['{"topic":[]}', '"topic" must be one of topics'],
  ['{"topics":"a"}', "topics must be a list"],
  ['{"topics":[""]}', "topics[0] must be a text"],
  ['{"queues":[{}]}', "queues[0].name must be a text"],
  ['{"queues":[{"name":"a","attributes":{"DelaySeconds":1}}]}', "queues[0].attributes.DelaySeconds must be a text"],
  ['{"queues":[{"name":"a","deadLetters":{"queue":"d","maxReceives":"3"}}]}', "maxReceives must be a whole number"],
  ['{"subscriptions":[{"topic":"a"}]}', "subscriptions[0].queue must be a text"],
  ['{"tables":["t"]}', "tables[0] must be an object"],
] as const)("%s is refused with its place", ([text, problem]) => {
  expect(() => readConfig(configOf(text))).toThrow(problem);
});

test("a file that is not there is named", () => {
  expect(() => readConfig(join(folder, "nowhere.json"))).toThrow("nowhere.json cannot be read");
});
