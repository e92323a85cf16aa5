import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { SNS } from "@aws-sdk/client-sns";
import { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";
import { expect, test, vi } from "vitest";
import { readConfig } from "../src/config.ts";
import { Customers } from "../src/customers.ts";
import { createServer } from "../src/http.ts";
import { Publisher } from "../src/publisher.ts";

const unreachable = {
  endpoint: "http://127.0.0.1:1",
  region: "eu-west-1",
  credentials: { accessKeyId: "none", secretAccessKey: "none" },
  maxAttempts: 1,
};

function serverWithoutAws({ ready }: { ready: () => boolean }) {
  const config = readConfig({});
  const customers = new Customers(DynamoDBDocument.from(new DynamoDB(unreachable)), config.table);
  const publisher = new Publisher({ sns: new SNS(unreachable), topicArn: "none", config, customers });
  return createServer({ config, customers, publisher, ready });
}

test("the service is healthy when it answers and its consumer runs, and only then", async () => {
  let consumerRuns = false;
  await using server = serverWithoutAws({ ready: () => consumerRuns });
  expect(await server.inject("/health")).toMatchObject({ statusCode: 503, body: '{"ready":false}' });
  consumerRuns = true;
  expect(await server.inject("/health")).toMatchObject({ statusCode: 200, body: '{"ready":true}' });
});

test("a failure of the service is logged, and answered without details", async () => {
  await using server = serverWithoutAws({ ready: () => true });
  using output = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const answer = await server.inject({ url: "/customer/some-id", headers: { traceparent: "some-trace" } });
  expect({ status: answer.statusCode, body: answer.json() as unknown }).toEqual({
    status: 500,
    body: { error: "INTERNAL_ERROR" },
  });
  expect(output).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/"request failed".*ECONNREFUSED.*some-trace/));
});
