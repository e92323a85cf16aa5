import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { createHarness, type Scope } from "wakeful";
import { type AwsSimulator, startAwsSimulator } from "wakeful/aws-simulator";
import { type StartedProcess, startProcess } from "wakeful/launch";
import { snsSqs } from "wakeful/sns-sqs";

function channelsOf(simulator: AwsSimulator) {
  const aws = snsSqs({ sns: new SNS(simulator.config), sqs: new SQS(simulator.config), accounting: simulator });
  return { names: aws.queue("names"), greetings: aws.topic("greetings") };
}

export interface Greeter {
  readonly simulator: AwsSimulator;
  readonly greeter: StartedProcess;
  readonly scope: Scope<ReturnType<typeof channelsOf>>;
}

/** Runs the body with a greeter of its own: a name on its queue is answered by a greeting on a topic. */
export async function withGreeter(
  env: Readonly<Record<string, string>>,
  body: (greeter: Greeter) => Promise<void>,
): Promise<void> {
  await using simulator = await startAwsSimulator();
  await using greeter = await startProcess({
    name: "greeter",
    command: ["node", "greeter.ts"],
    cwd: new URL("../../examples/node-test", import.meta.url).pathname,
    env: { ...simulator.env, ...env },
    ready: () => simulator.inspect("names").polls > 0,
    finishesBeforeReply: true,
  });
  await using harness = await createHarness({ channels: channelsOf(simulator), systems: [greeter], sla: "10s" });
  await using scope = harness.scope(JSON.stringify(env));
  await body({ simulator, greeter, scope });
}
