/** An option that does not exist is refused wherever the public API takes options: ignored it would change what is tested. */
import { EventEmitter } from "node:events";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterAll, describe, expect, test } from "vitest";
import { jsonEnvelope, protobuf, protobufEnvelope } from "../../src/codecs/index.ts";
import { createHarness, probeDuring, probeUntil } from "../../src/index.ts";
import { attachSystem, startProcess } from "../../src/launch/index.ts";
import { sharedStart, wakeful } from "../../src/runners/vitest/config.ts";
import { wakefulTest } from "../../src/runners/vitest/index.ts";
import { startAwsSimulator } from "../../src/simulator/index.ts";
import { inProcess } from "../../src/transports/in-process/index.ts";
import { snsSqs } from "../../src/transports/sns-sqs/index.ts";
import { orderOfProtobufjs } from "../support/protobuf-types.ts";
import { openApiStand, outcomeOf } from "../support/api-stand.ts";

/** What JavaScript lets through. */
const wrong = { tpyo: 1 } as never;
const ready = { http: "/" };

const stand = await openApiStand();
const { simulator, aws, harness, scope } = stand;
afterAll(() => stand[Symbol.asyncDispose]());

const on = () => simulator.faults.on("billing");
const endpoint = () => simulator.faults.endpoint;
const calls: readonly (readonly [string, () => unknown])[] = [
  ["startAwsSimulator()", () => startAwsSimulator(wrong)],
  ["order of startAwsSimulator()", () => startAwsSimulator({ order: wrong })],
  ["next on placed", () => scope.channels.placed.next({ id: 1 }, wrong)],
  ["exactly 1 on placed", () => scope.channels.placed.exactly(1, { id: 1 }, wrong)],
  ["none on placed", () => scope.channels.placed.none({ id: 1 }, wrong)],
  ["redrive of dead", () => scope.channels.dead.redrive({ id: 1 }, wrong)],
  ["send to placed", () => scope.channels.placed.send({}, wrong)],
  ["send to placed", () => scope.channels.placed.send({}, { delay: "1s" } as never)],
  ["sendRaw to billing", () => scope.channels.billing.sendRaw("", wrong)],
  ["send to billing", () => scope.channels.billing.send({}, { deduplicationId: "1" } as never)],
  ["send to ordered", () => scope.channels.ordered.send({}, { key: "1", delay: "1s" } as never)],
  ["settled()", () => scope.settled(wrong)],
  ["scope()", () => harness.scope("another", wrong)],
  ["createHarness()", () => createHarness({ channels: {}, tpyo: 1 } as never)],
  ["journal of createHarness()", () => createHarness({ channels: {}, journal: wrong })],
  ["probeUntil", () => probeUntil(() => 1, wrong)],
  ["probeUntil", () => probeUntil(() => 1, { during: "1s" } as never)],
  ["probeDuring", () => probeDuring(() => 1, wrong)],
  ["duplicate()", () => on().duplicate({ when: () => true } as never)],
  ["delay()", () => on().delay("1s", wrong)],
  ["reorder()", () => on().reorder(wrong)],
  ["drop()", () => on().drop({ heldFor: "1s" } as never)],
  ["rejectAcknowledgement()", () => on().rejectAcknowledgement(wrong)],
  ["redeliverEarly()", () => on().redeliverEarly(wrong)],
  ["throttle()", () => endpoint().throttle({ status: 503 } as never)],
  ["fail()", () => endpoint().fail(wrong)],
  ["closeConnection()", () => endpoint().closeConnection(wrong)],
  ["slow()", () => endpoint().slow("1s", wrong)],
  ["expireCredentials()", () => endpoint().expireCredentials(wrong)],
  ["skewClock()", () => endpoint().skewClock("20m", wrong)],
  ["snsSqs()", () => snsSqs({ sns: new SNS({}), sqs: new SQS({}), tpyo: 1 } as never)],
  ['topic("placed")', () => aws.topic("placed", wrong)],
  ['queue("billing")', () => aws.queue("billing", { filterPolicy: {} } as never)],
  ['deadLetters("billing--dlq")', () => aws.deadLetters("billing--dlq", wrong)],
  ["createTopic()", () => aws.createTopic("placed", wrong)],
  ["createQueue()", () => aws.createQueue("billing", wrong)],
  ["deadLetters of createQueue()", () => aws.createQueue("billing", { deadLetters: wrong })],
  ["subscribe()", () => aws.subscribe("placed", "billing", wrong)],
  ["receive()", () => aws.receive("billing", wrong)],
  ["inspect()", () => aws.inspect("billing", wrong)],
  ["purge()", () => aws.purge("billing", wrong)],
  ["redrive()", () => aws.redrive("billing--dlq", wrong)],
  ["deleteQueue()", () => aws.deleteQueue("billing", wrong)],
  ["deleteTopic()", () => aws.deleteTopic("placed", wrong)],
  ["sweep()", () => aws.sweep(wrong)],
  ["inProcess()", () => inProcess(new EventEmitter(), wrong)],
  ["event()", () => inProcess(new EventEmitter()).event("placed", wrong)],
  ["startProcess()", () => startProcess({ command: ["node"], ready, tpyo: 1 } as never)],
  ["attachSystem()", () => attachSystem({ name: "shop", url: "http://127.0.0.1:1", ready, tpyo: 1 } as never)],
  ["jsonEnvelope()", () => jsonEnvelope(wrong)],
  ["protobuf()", () => protobuf(orderOfProtobufjs, wrong)],
  ["protobufEnvelope()", () => protobufEnvelope({ type: orderOfProtobufjs, tpyo: 1 } as never)],
  ["wakefulTest()", () => wakefulTest({ start: () => ({ channels: {} }), tpyo: 1 } as never)],
  ["wakeful()", () => wakeful(wrong)],
  ["sharedStart()", () => sharedStart(() => 1, wrong)],
];

describe("an option that does not exist is refused by", () => {
  test.for(calls)("%s", async ([of, call]) => {
    const error = await outcomeOf(call);
    expect(error).toMatchObject({ name: "UsageError", code: "INVALID_OPTION", facts: { of } });
    const { facts } = error as { facts: { known: readonly string[]; option: string } };
    expect(facts.known).not.toContain(facts.option);
    expect(facts.known).not.toContain("clock");
  });
});

test("nothing was done by what was refused", () => {
  expect(simulator.faults.inForce).toEqual([]);
  expect(simulator.inspect("billing")).toMatchObject({ ready: 0, delayed: 0 });
  expect(simulator.queues).toContain("billing");
});

describe("what is no options object is refused by", () => {
  test.for<readonly [string, () => unknown]>([
    ["probeUntil", () => probeUntil(() => 1, null as never)],
    ["probeDuring", () => probeDuring(() => 1, "1s" as never)],
    ["next on placed", () => scope.channels.placed.next({ id: 1 }, null as never)],
    ["next on placed", () => scope.channels.placed.next({ id: 1 }, AbortSignal.timeout(1) as never)],
    ["send to placed", () => scope.channels.placed.send({}, null as never)],
    ["settled()", () => scope.settled(null as never)],
    ["duplicate()", () => on().duplicate(null as never)],
    ["throttle()", () => endpoint().throttle(null as never)],
    ["receive()", () => aws.receive("billing", null as never)],
    ["purge()", () => aws.purge("billing", null as never)],
    ["redrive()", () => aws.redrive("billing", null as never)],
    ["startAwsSimulator()", () => startAwsSimulator(null as never)],
    ["startProcess()", () => startProcess(null as never)],
  ])("%s", async ([of, call]) => {
    const error = await outcomeOf(call);
    expect(error).toMatchObject({ name: "UsageError", facts: { option: `The options of ${of}` } });
  });
});

describe("a second selection is refused by", () => {
  const second = [{}, { nth: 2 }] as never as [];
  const long = ["1s", ...second] as never as [never];
  test.for<readonly [string, () => unknown]>([
    ["duplicate()", () => on().duplicate(...second)],
    ["delay()", () => on().delay(...long)],
    ["reorder()", () => on().reorder(...second)],
    ["drop()", () => on().drop(...second)],
    ["rejectAcknowledgement()", () => on().rejectAcknowledgement(...second)],
    ["redeliverEarly()", () => on().redeliverEarly(...second)],
    ["throttle()", () => endpoint().throttle(...second)],
    ["fail()", () => endpoint().fail(...second)],
    ["closeConnection()", () => endpoint().closeConnection(...second)],
    ["slow()", () => endpoint().slow(...long)],
    ["expireCredentials()", () => endpoint().expireCredentials(...second)],
    ["skewClock()", () => endpoint().skewClock(...long)],
  ])("%s", async ([of, call]) => {
    const error = await outcomeOf(call);
    expect(error).toMatchObject({
      code: "INVALID_OPTION",
      facts: { option: `The options of ${of}`, value: "2 objects" },
    });
    expect(simulator.faults.inForce).toEqual([]);
  });
});

test.for(["x", -1, 65_536, 1.5])("the simulator listens on a port, not on %j", async (port) => {
  const error = await outcomeOf(() => startAwsSimulator({ port: port as never }));
  expect(error).toMatchObject({ code: "INVALID_OPTION", facts: { option: "port", value: JSON.stringify(port) } });
});

test("a scope is called by a text", async () => {
  const itself: object[] = [];
  itself.push(itself);
  for (const name of [{ sla: "2s" }, itself, 5n, undefined]) {
    const error = await outcomeOf(() => harness.scope(name as never));
    expect(error).toMatchObject({ code: "INVALID_OPTION", message: expect.stringContaining("The name of a scope") });
  }
});
