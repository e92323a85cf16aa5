/** A fault that cannot be: the error begins at the line of the test that asked for it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { QueueClient } from "../../../test/support/queue-client.ts";
import { type AwsSimulator, type Faults, startAwsSimulator } from "../index.ts";

let simulator: AwsSimulator;

beforeAll(async () => {
  simulator = await startAwsSimulator();
  using client = new QueueClient(simulator.config);
  await client.queue("orders");
  await client.topic("placed");
  await client.queue("orders.fifo");
});
afterAll(() => simulator.close());

const mistakes: readonly [string, (faults: Faults) => unknown][] = [
  ["a place that is none", (faults) => faults.on("ordres")],
  ["a length that is none", (faults) => faults.on("orders").delay("5" as "5s")],
  ["a delay by nothing", (faults) => faults.on("orders").delay(0)],
  ["a time held that is none", (faults) => faults.on("orders").reorder({ heldFor: 0 })],
  ["a number that is none", (faults) => faults.on("orders").drop({ nth: 0 })],
  ["what a FIFO queue cannot have", (faults) => faults.on("orders.fifo").duplicate()],
  ["what a topic cannot have", (faults) => faults.on("placed").redeliverEarly()],
  ["nor this", (faults) => faults.on("placed").rejectAcknowledgement()],
  ["a status that is none", ({ endpoint }) => endpoint.fail({ status: 404 as 500 })],
  ["an action that is none", ({ endpoint }) => endpoint.throttle({ action: "SendMesage" })],
  ["a service that is none", ({ endpoint }) => endpoint.closeConnection({ service: "s3" as "sqs" })],
  ["a share that is none", ({ endpoint }) => endpoint.expireCredentials({ share: 2 })],
  ["a lateness that is none", ({ endpoint }) => endpoint.slow("soon" as "1s")],
  ["an answer late by nothing", ({ endpoint }) => endpoint.slow("0s")],
  ["a skew that is none", ({ endpoint }) => endpoint.skewClock(-1)],
];

test.for(mistakes)("%s", ([, make]) => {
  let stack: string | undefined;
  try {
    make(simulator.faults);
  } catch (error) {
    ({ stack } = error as Error);
  }
  expect(stack?.split("\n").find((line) => line.startsWith("    at "))).toContain("at-caller.test.ts");
  expect(simulator.faults.inForce).toEqual([]);
});
