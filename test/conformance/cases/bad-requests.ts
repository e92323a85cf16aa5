import { expect } from "vitest";
import type { ConformanceGroup, Source } from "../conformance-case.ts";
import type { Endpoint } from "../endpoint.ts";

const json = "application/x-amz-json-1.0";
const form = "application/x-www-form-urlencoded";
const common = (quote: string): Source => ({ quote, page: "CommonErrors" });
const snsVersion = "2010-03-31";
const sqsVersion = "2012-11-05";

/** Expects an error of the JSON protocol: by its name, whatever stands before it. */
function isJsonError(answer: { readonly status: number; readonly body: string }, status: number, name: string): void {
  const { __type: type } = JSON.parse(answer.body) as { __type?: string };
  expect([answer.status, type?.replace(/^.*#/, "")]).toEqual([status, name]);
}

function isXmlError({ status, body }: { status: number; body: string }, expected: number, code: string): void {
  expect([status, /<ErrorResponse[^>]*>\s*<Error>.*<Code>([^<]*)<\/Code>/s.exec(body)?.[1]]).toEqual([expected, code]);
}

async function to(aws: Endpoint, target: string, body: string, contentType = json, method: "POST" | "PUT" = "POST") {
  return await aws.raw(
    body,
    { "content-type": contentType, ...(target !== "" && { "x-amz-target": target }) },
    "/",
    method,
  );
}

export const badRequests: ConformanceGroup = {
  subject: "Requests that no SDK would send",
  cases: [
    {
      title: "a body that is no JSON, or no JSON object, is refused",
      source: "inferred",
      async run(aws) {
        for (const body of ["{", "[]", "null", '"x"', '{"QueueUrl":', "\u0000"])
          isJsonError(await to(aws, "AmazonSQS.SendMessage", body), 400, "SerializationException");
      },
    },
    {
      title: "a value of another JSON type is refused, in the words of AWS's parser",
      source: "inferred",
      async run(aws) {
        const { url: QueueUrl } = await aws.queue();
        for (const [input, message] of [
          [{ QueueUrl, MessageBody: 1 }, "NUMBER_VALUE can not be converted to a String"],
          [{ QueueUrl, MessageBody: true }, "TRUE_VALUE can not be converted to a String"],
          [{ QueueUrl, MessageBody: {} }, "Start of structure or map found where not expected."],
          [{ QueueUrl, MessageBody: "x", DelaySeconds: "1" }, "STRING_VALUE can not be converted to an Integer"],
        ] as const) {
          const answer = await aws.json("SendMessage", input);
          isJsonError(answer, 400, "SerializationException");
          expect(answer.body).toContain(message);
        }
      },
    },
    {
      title: "an operation that is not known is refused, of SQS as of a service that is not there",
      source: "inferred",
      async run(aws) {
        for (const target of ["AmazonSQS.Fly", "AmazonSQS.", "AmazonSQS.constructor", "NoService.Fly"])
          isJsonError(await to(aws, target, "{}"), 404, "UnknownOperationException");
      },
    },
    {
      title: "a JSON request that names no operation is refused",
      source: "inferred",
      async run(aws) {
        isJsonError(await to(aws, "", "{}"), 404, "UnknownOperationException");
      },
    },
    {
      title: "another method or content type than that of the JSON protocol is no operation",
      source: "inferred",
      async run(aws) {
        const { url: QueueUrl } = await aws.queue();
        const body = JSON.stringify({ QueueUrl, MessageBody: "x" });
        for (const [contentType, method] of [
          ["text/html", "POST"],
          [form, "POST"],
          [json, "PUT"],
        ] as const) {
          const answer = await to(aws, "AmazonSQS.SendMessage", body, contentType, method);
          expect([answer.status, answer.body.trim()]).toEqual([404, "<UnknownOperationException/>"]);
        }
      },
    },
    {
      title: "a GET of nothing is no operation",
      source: "inferred",
      async run(aws) {
        const { url } = await aws.queue();
        for (const path of ["/", new URL(url).pathname]) {
          const answer = await fetch(new URL(path, aws.url));
          expect([answer.status, (await answer.text()).trim()]).toEqual([404, "<UnknownOperationException/>"]);
        }
      },
    },
    {
      title: "a form needs its content type",
      source: { quote: "Only the Content-Type HTTP header is required", page: "sqs-making-api-requests" },
      async run(aws) {
        const body = new URLSearchParams({ Action: "ListQueues", Version: sqsVersion }).toString();
        expect((await aws.raw(body, { "content-type": "text/plain" })).status).toBe(404);
        expect((await aws.raw(body, { "content-type": form })).status).toBe(200);
      },
    },
    {
      title: "a form without an action is refused",
      source: common("The request is missing an action or a required parameter"),
      async run(aws) {
        for (const Version of [snsVersion, sqsVersion]) isXmlError(await aws.query({ Version }), 400, "MissingAction");
      },
    },
    {
      title: "a form with an action that is not known is refused",
      source: common("The action or operation requested is invalid"),
      async run(aws) {
        for (const Version of [snsVersion, sqsVersion])
          for (const Action of ["Fly", "constructor", "__proto__"])
            isXmlError(await aws.query({ Action, Version }), 400, "InvalidAction");
      },
    },
    {
      title: "a form with a syntax error is refused",
      source: common("The query string contains a syntax error"),
      async run(aws) {
        for (const body of [
          `Action=ListQueues&Version=${sqsVersion}&QueueNamePrefix=%zz`,
          `Action=ListTopics&Version=${snsVersion}&NextToken=%`,
        ])
          isXmlError(await aws.raw(body, { "content-type": form }), 404, "MalformedQueryString");
      },
    },
    {
      title: "queues are created and listed at the address of the service, not of a queue",
      source: "inferred",
      async run(aws) {
        const { pathname } = new URL((await aws.queue()).url);
        for (const Action of ["CreateQueue", "ListQueues"])
          isXmlError(await aws.query({ Action, QueueName: "x", Version: sqsVersion }, pathname), 400, "InvalidAction");
      },
    },
    {
      title: "a body of any size beyond the limit is refused",
      source: common("The request entity is too large"),
      async run(aws) {
        const large = "x".repeat(5 * 1024 * 1024);
        const body = JSON.stringify({ QueueUrl: "", MessageBody: large });
        isJsonError(await to(aws, "AmazonSQS.SendMessage", body), 413, "RequestEntityTooLargeException");
        const query = `Action=Publish&Version=${snsVersion}&Message=${large}`;
        isXmlError(await aws.raw(query, { "content-type": form }), 413, "RequestEntityTooLargeException");
      },
    },
  ],
};
