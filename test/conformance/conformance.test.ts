/**
 * Every case on the simulator; and, where WAKEFUL_CONFORMANCE_ENDPOINT names one, on any other endpoint (an emulator, or AWS
 * itself with the keys of the environment).
 */
import { afterAll, describe, test } from "vitest";
import { startAwsSimulator } from "../../src/simulator/index.ts";
import { groups } from "./cases/index.ts";
import { Endpoint } from "./endpoint.ts";
import { isTriedOn } from "./table.ts";

const other = process.env["WAKEFUL_CONFORMANCE_ENDPOINT"];

// as strict as AWS: a topic sends only where a policy lets it
const simulator = await startAwsSimulator({ strictPolicies: true });
const onSimulator = new Endpoint({
  name: "the simulator",
  url: simulator.url,
  credentials: simulator.config.credentials,
  advance: (milliseconds) => simulator.advance(milliseconds),
});
afterAll(async () => {
  onSimulator[Symbol.dispose]();
  await simulator.close();
});

for (const { subject, cases } of groups) {
  describe(subject, () => {
    for (const { title, run } of cases) test(title, () => run(onSimulator));
  });
}

if (other !== undefined) {
  const { AWS_ACCESS_KEY_ID: accessKeyId = "test", AWS_SECRET_ACCESS_KEY: secretAccessKey = "test" } = process.env;
  const region = process.env["AWS_REGION"] ?? "eu-west-1";
  const endpoint = new Endpoint({ name: other, url: other, region, credentials: { accessKeyId, secretAccessKey } });
  afterAll(() => {
    endpoint[Symbol.dispose]();
  });
  describe(other, () => {
    for (const { subject, cases } of groups) {
      describe(subject, () => {
        for (const { title, run } of cases.filter(isTriedOn)) test(title, () => run(endpoint));
      });
    }
  });
}
