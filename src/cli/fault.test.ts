import { SQS } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type AwsSimulator, startAwsSimulator } from "../simulator/index.ts";
import { createResources } from "./create-resources.ts";
import { faultKinds } from "./fault-kinds.ts";
import { faultRequest } from "./fault-request.ts";
import { fault } from "./fault.ts";
import { parse } from "./parse.ts";

let simulator: AwsSimulator;

beforeEach(async () => {
  simulator = await startAwsSimulator();
  await createResources(simulator, {
    topics: ["placed", "both"].map((name) => ({ name, attributes: {} })),
    queues: ["work", "both"].map((name) => ({ name, attributes: {} })),
    subscriptions: [],
    tables: [],
  });
});
afterEach(() => simulator.close());

/** What a command line prints. */
function run(...given: string[]): string {
  const parsed = parse(["fault", ...given]);
  if (!("request" in parsed)) throw new Error(JSON.stringify(parsed));
  const { parameters, options } = parsed.request;
  return fault(simulator, faultRequest(parameters, options));
}

const made = [
  ["duplicate work --nth 2", "duplicate on queue work, number 2"],
  ["delay placed --by 5s --share 0.5 --seed 7", "delay by 5 s on topic placed, 50 % by seed 7"],
  ["reorder topic:both --by 2s", "reorder on topic both, held 2 s at most"],
  ["reorder work --nth 1", "reorder on queue work, held 1 s at most, number 1"],
  ["drop queue:both", "drop on queue both"],
  ["reject-acknowledgement work --nth 1,3", "reject acknowledgement on queue work, number 1 and 3"],
  ["redeliver-early work --by 1s", "redeliver early on queue work, after 1 s"],
  ["redeliver-early work", "redeliver early on queue work, at once"],
  ["throttle --action SendMessage --share 0.2", "throttle on SendMessage, 20 % by seed 1"],
  ["fail --status 503 --service sns", "fail with 503 on sns"],
  ["close-connection", "close connection on the endpoint"],
  ["close-connection --processed", "lose reply on the endpoint"],
  ["slow --by 5s", "slow by 5 s on the endpoint"],
  ["expire-credentials --service sqs --action ReceiveMessage", "expire credentials on sqs ReceiveMessage"],
  ["skew-clock --by 20m", "skew clock by 20 min on the endpoint"],
] as const;

test.for(made)("wakeful fault %s", ([line, name]) => {
  expect(run(...line.split(" "))).toBe(`In force: ${name}.`);
  expect(simulator.faults.inForce.map((each) => each.name)).toEqual([name]);
});

test("every kind is tried above", () => {
  const tried = new Set(made.map(([line]) => line.split(" ")[0]));
  expect([...tried, "list", "clear"]).toEqual(Object.keys(faultKinds));
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

const ofMessages = "--nth, --share, --seed.";
const ofRequests = "--nth, --share, --seed, --service, --action.";

test.for([
  ["explode", 'There is no fault "explode". There are: '],
  ["drip work", "Did you mean drop?"],
  ["drop", "drop needs the name of a queue or topic: wakeful fault drop orders"],
  ["drop worc", 'There is no queue or topic "worc". Did you mean work? There are: '],
  ["drop topic:work", 'There is no topic "work". There are: placed, both.'],
  ["drop both", 'There are a queue and a topic "both": say queue:both or topic:both.'],
  ["redeliver-early topic:both", "nobody receives from a topic"],
  ["throttle work", "throttle is put on requests, not on work: narrow it by --service or --action."],
  ["list work", 'list is about all faults: leave "work" out.'],
  // what does not fit the kind
  ["duplicate work --by 5s", `duplicate has no option --by. It has: ${ofMessages}`],
  ["drop work --status 500", `drop has no option --status. It has: ${ofMessages}`],
  ["delay work --by 5s --action Publish", `delay has no option --action. It has: --by, ${ofMessages}`],
  ["throttle --processed", `throttle has no option --processed. It has: ${ofRequests}`],
  ["fail --by 5s", `fail has no option --by. It has: --status, ${ofRequests}`],
  ["list --nth 1", "list has no option --nth. It has: none."],
  ["clear --service sqs", "clear has no option --service. It has: none."],
  // what does not go together
  ["drop work --nth 1 --share 0.5", "--nth and --share exclude each other"],
  ["drop work --seed 7", "--seed decides which are the share: give --share too"],
  // what is missing or is none
  ["slow", "slow needs --by, such as --by 5s."],
  ["delay work", "delay needs --by, such as --by 5s."],
  ["slow --by soon", '--by: "soon" is not a duration.'],
  ["slow --by -5s", '--by: "-5s" is not a duration.'],
  ["slow --by 5", "--by: 5 has no unit. Write 5s for seconds, or 5ms, 5m, 5h."],
  ["fail --status 404", '--status: "404" is not one of 500, 503.'],
  ["throttle --nth x", '--nth: "x" is no number from 1, and no list of them. Write 2, or 1,3.'],
  ["throttle --nth 0", '--nth: "0" is no number from 1'],
  ["throttle --share 2", '--share: "2" is no share.'],
  ["throttle --share 0.5 --seed x", '--seed: "x" is not a whole number.'],
  [
    "throttle --action SendMesage",
    'action: "SendMesage" is not valid\nExpected an action of SQS, SNS or DynamoDB, such as SendMessage',
  ],
  ["throttle --service s3", '--service: "s3" is not one of sqs, sns, dynamodb.'],
] as const)("wakeful fault %s is refused", ([line, problem]) => {
  expect(() => run(...line.split(" "))).toThrow(problem);
  expect(simulator.faults.inForce).toEqual([]);
});
