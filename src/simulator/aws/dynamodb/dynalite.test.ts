import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { Dynalite } from "./dynalite.ts";

const asked = (action: string, input: object) => ({
  method: "POST",
  url: "/",
  headers: {
    "x-amz-target": `DynamoDB_20120810.${action}`,
    "content-type": "application/x-amz-json-1.0",
    "x-amz-date": "now",
    authorization: "AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=0",
  },
  body: JSON.stringify(input),
});
const table = (TableName: string) =>
  asked("CreateTable", {
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  });
const tables = async (database: Dynalite) => {
  const reply = await database.ask(asked("ListTables", {}));
  return "body" in reply ? (JSON.parse(reply.body) as { TableNames: string[] }).TableNames : reply;
};

test("each has tables of its own, and none any more when it is closed", async () => {
  const [one, other] = [new Dynalite(), new Dynalite()];
  await Promise.all([one.ask(table("one")), other.ask(table("other"))]);
  expect([await tables(one), await tables(other)]).toEqual([["one"], ["other"]]);
  one.close();
  expect([await tables(one), await tables(other)]).toEqual([[], ["other"]]);
});

test("whoever asks is told that dynalite broke down, then and later, and the next one works", async () => {
  const broken = new Dynalite();
  const made = await broken.ask(table("lost"));
  const [ResourceArn] = /arn:[^"]+/.exec("body" in made ? made.body : "") ?? [];
  // the simulator refuses it: dynalite throws where nobody catches it
  const wrong = asked("TagResource", { ResourceArn, Tags: [{}] });
  const problem = { message: expect.stringMatching(/^dynalite broke down, and its tables are lost: /) as string };
  await expect(Promise.all([broken.ask(wrong), broken.ask(wrong)])).rejects.toMatchObject(problem);
  await expect(broken.ask(table("again"))).rejects.toMatchObject(problem);
  expect(await tables(new Dynalite())).toEqual([]);
});

test("it holds no process", async ({ signal }) => {
  const room = JSON.stringify(new URL("dynalite.ts", import.meta.url).href);
  const script = `
    const { Dynalite } = await import(${room});
    // what waits for an answer holds it otherwise: a connection
    const held = setInterval(() => undefined, 1_000);
    const { status } = await new Dynalite().ask(${JSON.stringify(asked("ListTables", {}))});
    clearInterval(held);
    console.log(status);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
    signal,
  });
  expect(stdout).toBe("200\n");
});
