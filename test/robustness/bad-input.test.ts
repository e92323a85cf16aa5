/**
 * Requests that are wrong in every way that comes to mind: each is answered in its protocol's own form and told once, the
 * messages stay as they are, and the process goes on.
 */
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { SQS } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Activity, type AwsSimulator, startAwsSimulator } from "../../src/simulator/index.ts";

const json = "application/x-amz-json-1.0";
const form = "application/x-www-form-urlencoded";
const authorization =
  "AWS4-HMAC-SHA256 Credential=test/20261121/eu-west-1/x/aws4_request, SignedHeaders=host, Signature=0";

let simulator: AwsSimulator;
let sqs: SQS;
let url: string;
let told: Activity[] = [];

beforeAll(async () => {
  simulator = await startAwsSimulator();
  sqs = new SQS({ ...simulator.config, maxAttempts: 1 });
  url = (await sqs.createQueue({ QueueName: "work" })).QueueUrl ?? "";
  for (const MessageBody of ["1", "2", "3"]) await sqs.sendMessage({ QueueUrl: url, MessageBody });
  await sqs.receiveMessage({ QueueUrl: url, VisibilityTimeout: 3_600 });
  simulator.onActivity((activity) => told.push(activity));
});
beforeEach(() => {
  told = [];
});
afterAll(async () => {
  sqs.destroy();
  await simulator.close();
});

interface Request {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

function send(
  { method = "POST", path = "/", headers = {}, body = "" }: Request,
  port = simulator.port,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(
      { host: "127.0.0.1", port, method, path, headers: { authorization, ...headers } },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
        response.on("end", () => {
          resolve({ status: response.statusCode, text });
        });
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}

/** Bytes over a socket, as no HTTP client would send them; resolves to what came back before the end, however it ended. */
function sendRaw(bytes: string, leave: "reset" | "end" | "stay"): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(simulator.port, "127.0.0.1", () => {
      socket.write(bytes, () => {
        if (leave === "reset") socket.resetAndDestroy();
        else if (leave === "end") socket.end();
      });
    });
    socket.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    // a server that has heard enough may reset
    socket.on("error", () => undefined);
    socket.on("close", () => {
      resolve(text);
    });
  });
}

const refusals = () => told.filter(({ what }) => what === "refused").map(({ detail }) => detail);
const sqsJson = (action: string) => ({ "content-type": json, "x-amz-target": `AmazonSQS.${action}` });
const dynamo = (operation: string) => ({
  "content-type": json,
  "x-amz-target": `DynamoDB_20120810.${operation}`,
  "x-amz-date": "20261121T000000Z",
});

const jsonError = (name: string) => new RegExp(`^\\{"__type":"[\\w.]+#${name}"`);
const xmlError = (code: string) =>
  new RegExp(`^<\\?xml version="1.0"\\?><ErrorResponse.*<Code>${code}</Code><Message>`);
const bare = /^<UnknownOperationException\/>\n$/;

const bad: readonly (readonly [string, Request, number, RegExp, RegExp])[] = [
  [
    "malformed JSON",
    { headers: sqsJson("SendMessage"), body: "{" },
    400,
    jsonError("SerializationException"),
    /^SendMessage: SerializationException: /,
  ],
  [
    "an unknown action in JSON",
    { headers: sqsJson("Fly"), body: "{}" },
    404,
    jsonError("UnknownOperationException"),
    /^Fly: UnknownOperation/,
  ],
  [
    "an unknown service",
    { headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "Logs.Put" }, body: "{}" },
    404,
    jsonError("UnknownOperationException"),
    /^Logs\.Put: .*has SQS, SNS and DynamoDB/,
  ],
  [
    "JSON without a target",
    { headers: { "content-type": json }, body: "{}" },
    404,
    jsonError("UnknownOperationException"),
    /^POST \/: .*X-Amz-Target/,
  ],
  ["JSON by GET", { method: "GET", headers: sqsJson("ListQueues") }, 404, bare, /a GET of/],
  [
    "JSON as HTML",
    { headers: { ...sqsJson("ListQueues"), "content-type": "text/html" }, body: "{}" },
    404,
    bare,
    /of text\/html/,
  ],
  [
    "JSON without a content type",
    { headers: { "x-amz-target": "AmazonSQS.ListQueues" }, body: "{}" },
    404,
    bare,
    /of no type/,
  ],
  [
    "a method that no service has",
    { method: "DELETE", path: "/000000000000/work" },
    404,
    bare,
    /^DELETE \/000000000000\/work: /,
  ],
  ["a form without a content type", { body: "Action=ListQueues&Version=2012-11-05" }, 404, bare, /of no type/],
  [
    "a form without an action",
    { headers: { "content-type": form }, body: "Version=2012-11-05" },
    400,
    xmlError("MissingAction"),
    /^MissingAction: /,
  ],
  [
    "an unknown action of SQS",
    { headers: { "content-type": form }, body: "Action=Fly&Version=2012-11-05" },
    400,
    xmlError("InvalidAction"),
    /^Fly: InvalidAction: /,
  ],
  [
    "an unknown action of SNS",
    { headers: { "content-type": form }, body: "Action=Fly&Version=2010-03-31" },
    400,
    xmlError("InvalidAction"),
    /^Fly: InvalidAction: /,
  ],
  [
    "a form with a syntax error",
    { headers: { "content-type": form }, body: "Action=ListTopics&Version=2010-03-31&NextToken=%zz" },
    404,
    xmlError("MalformedQueryString"),
    /MalformedQueryString: /,
  ],
  [
    "a parameter where a text must be",
    { headers: { "content-type": form }, body: "Action=SendMessage&Version=2012-11-05&QueueUrl.1=x" },
    400,
    xmlError("MalformedInput"),
    /^SendMessage: MalformedInput/,
  ],
  [
    "a form that is 100,000 levels deep",
    { headers: { "content-type": form }, body: `Action=SendMessage&Version=2012-11-05&a${".a".repeat(100_000)}=x` },
    400,
    xmlError("MalformedInput"),
    /MalformedInput/,
  ],
  [
    "the same for SNS",
    { headers: { "content-type": form }, body: `Action=Publish&Version=2010-03-31&a${".a".repeat(100_000)}=x` },
    400,
    xmlError("MalformedInput"),
    /MalformedInput/,
  ],
  [
    "a body over the limit",
    { headers: sqsJson("SendMessage"), body: "x".repeat(5_000_000) },
    413,
    jsonError("RequestEntityTooLargeException"),
    /^AmazonSQS\.SendMessage: RequestEntityTooLarge/,
  ],
  [
    "a form over the limit",
    { headers: { "content-type": form }, body: "x".repeat(5_000_000) },
    413,
    xmlError("RequestEntityTooLargeException"),
    /RequestEntityTooLarge/,
  ],
  [
    "a foreign host, in JSON",
    { headers: { ...sqsJson("ListQueues"), host: "evil.example" }, body: "{}" },
    403,
    jsonError("AccessDeniedException"),
    /evil\.example/,
  ],
  [
    "a foreign host, in a form",
    { headers: { "content-type": form, host: "evil.example:80" }, body: "Action=ListTopics&Version=2010-03-31" },
    403,
    xmlError("AccessDeniedException"),
    /evil\.example/,
  ],
  [
    "a foreign host, to DynamoDB",
    { headers: { ...dynamo("ListTables"), host: "evil.example" }, body: "{}" },
    403,
    jsonError("AccessDeniedException"),
    /evil\.example/,
  ],
  [
    "a page of a foreign origin",
    {
      headers: { "content-type": form, origin: "https://evil.example" },
      body: "Action=CreateTopic&Name=x&Version=2010-03-31",
    },
    403,
    xmlError("AccessDeniedException"),
    /pages of https:\/\/evil\.example/,
  ],
  [
    "malformed JSON to DynamoDB",
    { headers: dynamo("PutItem"), body: "{" },
    400,
    jsonError("SerializationException"),
    /PutItem: SerializationException/,
  ],
  [
    "an unknown operation of DynamoDB",
    { headers: dynamo("Fly"), body: "{}" },
    400,
    jsonError("UnknownOperationException"),
    /Fly: UnknownOperation/,
  ],
  [
    "null within a value of DynamoDB",
    { headers: dynamo("PutItem"), body: '{"TableName":"t","Item":{"a":{"L":[null]}}}' },
    400,
    jsonError("SerializationException"),
    /null/,
  ],
  [
    "null for a tag of DynamoDB",
    { headers: dynamo("TagResource"), body: '{"ResourceArn":"arn:aws:dynamodb:x:000000000000:table/t","Tags":[{}]}' },
    400,
    jsonError("SerializationException"),
    /Tags/,
  ],
  [
    "an endless text in an error",
    { headers: { ...sqsJson("x".repeat(5_000)) }, body: "{}" },
    404,
    jsonError("UnknownOperationException"),
    /^x{300}…$/,
  ],
];

describe("a bad request is refused in its own protocol, told once, and nothing is lost", () => {
  test.each(bad)("%s", async (_, request, status, shape, detail) => {
    const before = simulator.inspect("work");
    const answer = await send(request);
    expect(answer).toEqual({ status, text: expect.stringMatching(shape) as string });
    expect(refusals()).toEqual([expect.stringMatching(detail)]);
    expect(simulator.queues).toEqual(["work"]);
    // the invisible one is nearer to its return
    expect(simulator.inspect("work").messages.map(({ visibleIn: __, ...message }) => message)).toEqual(
      before.messages.map(({ visibleIn: __, ...message }) => message),
    );
  });

  test("a request that succeeds is told as no refusal", async () => {
    await sqs.getQueueAttributes({ QueueUrl: url });
    expect(refusals()).toEqual([]);
  });

  test("an error of an action is told once too", async () => {
    await expect(sqs.getQueueUrl({ QueueName: "missing" })).rejects.toMatchObject({ name: "QueueDoesNotExist" });
    expect(refusals()).toEqual(["GetQueueUrl: QueueDoesNotExist: The specified queue does not exist."]);
  });
});

describe("the process goes on after", () => {
  const head = (target: string) =>
    `POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: ${json}\r\nx-amz-target: ${target}\r\ncontent-length: 1000\r\n\r\n`;

  test.each([
    ["what is no HTTP", "\u0000\u0001\u0002 hello\r\n\r\n", "stay", "400 Bad Request"],
    [
      "headers without end",
      `GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ${"y".repeat(100_000)}\r\n\r\n`,
      "stay",
      "431 Request Header Fields Too Large",
    ],
    [
      "two lengths",
      "POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx",
      "stay",
      "400 Bad Request",
    ],
    ["a caller of SQS that hangs up in its body", `${head("AmazonSQS.SendMessage")}{"QueueUrl"`, "reset", ""],
    ["one that only ends its half there", `${head("AmazonSQS.SendMessage")}{"QueueUrl"`, "end", "400 Bad Request"],
    ["a caller of DynamoDB that hangs up in its body", `${head("DynamoDB_20120810.PutItem")}{"TableName"`, "reset", ""],
    [
      "a caller of SNS that hangs up before its answer",
      `GET /?Action=ListTopics HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`,
      "reset",
      "",
    ],
  ] as const)("%s", async (_, bytes, leave, answer) => {
    const text = await sendRaw(bytes, leave);
    if (answer !== "") expect(text).toBe(`HTTP/1.1 ${answer}\r\nConnection: close\r\n\r\n`);
    expect((await sqs.listQueues({})).QueueUrls).toEqual([url]);
    // who left was not refused
    expect(refusals()).toEqual(
      leave === "stay" ? [expect.stringMatching("^bytes that are no HTTP request: Parse Error: .")] : [],
    );
  });
});

describe("a simulator that is open to other machines", () => {
  const withKey = (key: string) =>
    `AWS4-HMAC-SHA256 Credential=${key}/20261121/eu-west-1/sqs/aws4_request, Signature=0`;

  test.each([
    ["without a signature", "", "MissingAuthenticationTokenException", "MissingAuthenticationToken"],
    ["with another key", withKey("other"), "UnrecognizedClientException", "InvalidClientTokenId"],
    ["with what is no signature", "Basic eDp5", "UnrecognizedClientException", "InvalidClientTokenId"],
  ])("refuses callers %s", async (_, given, name, code) => {
    await using open = await startAwsSimulator({ token: "secret" });
    const answers = [
      await send({ headers: { ...sqsJson("ListQueues"), authorization: given }, body: "{}" }, open.port),
      await send({ headers: { ...dynamo("ListTables"), authorization: given }, body: "{}" }, open.port),
      await send({ headers: { "content-type": form, authorization: given }, body: "Action=ListTopics" }, open.port),
    ];
    expect(answers).toEqual([
      { status: 403, text: expect.stringMatching(jsonError(name)) as string },
      { status: 403, text: expect.stringMatching(jsonError(name)) as string },
      { status: 403, text: expect.stringMatching(xmlError(code)) as string },
    ]);
  });

  test("answers those with its token, whatever they call it", async () => {
    await using open = await startAwsSimulator({ token: "secret" });
    const headers = { ...sqsJson("ListQueues"), authorization: withKey("secret"), host: "simulator.internal" };
    expect((await send({ headers, body: "{}" }, open.port)).status).toBe(200);
  });
});
