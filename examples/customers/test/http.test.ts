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

test("a failure of the service is logged, and answered without details", async () => {
  const config = readConfig({});
  const customers = new Customers(DynamoDBDocument.from(new DynamoDB(unreachable)), config.table);
  const publisher = new Publisher({ sns: new SNS(unreachable), topicArn: "none", config, customers });
  await using server = createServer({ config, customers, publisher, ready: () => true });
  using output = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const answer = await server.inject({ url: "/customer/some-id", headers: { traceparent: "some-trace" } });
  expect({ status: answer.statusCode, body: answer.json() as unknown }).toEqual({
    status: 500,
    body: { error: "INTERNAL_ERROR" },
  });
  expect(output).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/"request failed".*ECONNREFUSED.*some-trace/));
});
