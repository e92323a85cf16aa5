import { SQS } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type AwsSimulator, startAwsSimulator } from "../simulator/index.ts";
import { createResources } from "./create-resources.ts";
import { fault, faultKinds, type FaultRequest } from "./fault.ts";
import { parse } from "./parse.ts";

let simulator: AwsSimulator;

beforeEach(async () => {
  simulator = await startAwsSimulator();
  await createResources(simulator, {
    topics: ["placed", "both"],
    queues: [{ name: "work" }, { name: "both" }],
    subscriptions: [],
    tables: [],
  });
});
afterEach(() => simulator.close());

/** What a command line prints. */
function run(...given: string[]): string {
  const parsed = parse(["fault", ...given]);
  if (!("request" in parsed)) throw new Error(JSON.stringify(parsed));
  const [kind = "", place] = parsed.request.parameters;
  const request: FaultRequest = { kind, place, options: parsed.request.options };
  return fault(simulator, request);
}

test.for([
  ["duplicate work --nth 2", "duplicate on queue work, number 2"],
  ["delay placed --by 5s --share 0.5 --seed 7", "delay by 5s on topic placed, 50 % by seed 7"],
  ["reorder topic:both --by 2s", "reorder on topic both"],
  ["drop queue:both", "drop on queue both"],
  ["reject-acknowledgement work --nth 1,3", "reject acknowledgement on queue work, number 1 and 3"],
  ["redeliver-early work --by 1s", "redeliver early on queue work"],
  ["throttle --action SendMessage --share 0.2", "throttle on SendMessage, 20 % by seed 1"],
  ["fail --status 503 --service sns", "fail with 503 on sns"],
  ["close-connection", "close connection on the endpoint"],
  ["close-connection --processed", "lose reply on the endpoint"],
  ["slow --by 5s", "slow by 5s on the endpoint"],
  ["expire-credentials --service sqs --action ReceiveMessage", "expire credentials on sqs ReceiveMessage"],
  ["skew-clock --by 20m", "skew clock by 20m on the endpoint"],
] as const)("wakeful fault %s", ([line, name]) => {
  expect(run(...line.split(" "))).toBe(`In force: ${name}.`);
  expect(simulator.faults.inForce.map((each) => each.name)).toEqual([name]);
});

test("every kind is tried above, and named in the help", async () => {
  const { commands } = await import("./commands.ts");
  expect(faultKinds.onMessages.length + faultKinds.onEndpoint.length).toBe(12);
  for (const kind of [...faultKinds.onMessages, ...faultKinds.onEndpoint])
    expect(commands.fault.summary).toContain(kind);
});

test("the list tells what passed and what was hit; clear undoes all", async () => {
  expect(run("list")).toBe("No faults are in force.");
  run("drop", "work", "--nth", "1,3");
  run("throttle", "--action", "SendMessage", "--nth", "5");
  const sqs = new SQS({ ...simulator.config, credentials: { accessKeyId: "x", secretAccessKey: "x" } });
  const { QueueUrl } = await sqs.getQueueUrl({ QueueName: "work" });
  for (const MessageBody of ["a", "b"]) await sqs.sendMessage({ QueueUrl, MessageBody });
  sqs.destroy();
  expect(run("list").split(/\n/)).toEqual([
    expect.stringMatching(/^fault +passed +hits$/),
    expect.stringMatching(/^drop on queue work, number 1 and 3 +2 +1$/),
    expect.stringMatching(/^throttle on SendMessage, number 5 +2 +0$/),
  ]);
  expect(run("clear")).toBe("Undone: drop on queue work, number 1 and 3; throttle on SendMessage, number 5.");
  expect(simulator.faults.inForce).toEqual([]);
});

test.for([
  ["explode", 'There is no fault "explode". There are: duplicate, '],
  ["drop", "drop needs the name of a queue or topic"],
  ["drop nothing", "There is no queue or topic nothing"],
  ["drop both", "both exist"],
  ["redeliver-early topic:both", "nobody receives from a topic"],
  ["throttle work", "narrow it by --service or --action"],
  ["slow", "slow needs a length: --by 5s"],
  ["slow --by soon", '"soon" is not a duration'],
  ["fail --status 404", "status: 404 is not valid"],
  ["throttle --nth x", "nth: NaN is not valid"],
  ["throttle --share 2", "share: 2 is not valid"],
  ["throttle --service s3", "service: s3 is not valid"],
] as const)("wakeful fault %s is refused", ([line, problem]) => {
  expect(() => run(...line.split(" "))).toThrow(problem);
  expect(simulator.faults.inForce).toEqual([]);
});
