/**
 * Every case on the simulator; and, where WAKEFUL_CONFORMANCE_ENDPOINT names one, on any other endpoint (an emulator, or AWS
 * itself with the keys of the environment), where time cannot be moved.
 */
import { afterAll, describe, test } from "vitest";
import { startAwsSimulator } from "../../src/simulator/index.ts";
import { groups } from "./cases/index.ts";
import { Endpoint } from "./endpoint.ts";
import { isTriedOn } from "./table.ts";

// as strict as AWS: a topic sends only where a policy lets it
const simulator = await startAwsSimulator({ strictPolicies: true });
const onSimulator = new Endpoint({
  name: "the simulator",
  url: simulator.url,
  credentials: simulator.config.credentials,
  advance: (milliseconds) => simulator.advance(milliseconds),
});
const others = otherEndpoints();
afterAll(async () => {
  for (const endpoint of [onSimulator, ...others]) endpoint[Symbol.dispose]();
  await simulator.close();
});

describe.each(groups)("$subject", ({ cases }) => {
  test.each(cases)("$title", async ({ run }) => {
    await run(onSimulator);
  });
});

describe.each(others)("$name", (endpoint) => {
  test.each(groups.flatMap(({ cases }) => cases.filter(isTriedOn)))("$title", async ({ run }) => {
    await run(endpoint);
  });
});

function otherEndpoints(): Endpoint[] {
  const { WAKEFUL_CONFORMANCE_ENDPOINT: url, AWS_REGION: region = "eu-west-1" } = process.env;
  const { AWS_ACCESS_KEY_ID: accessKeyId = "test", AWS_SECRET_ACCESS_KEY: secretAccessKey = "test" } = process.env;
  if (url === undefined) return [];
  return [new Endpoint({ name: url, url, region, credentials: { accessKeyId, secretAccessKey } })];
}
