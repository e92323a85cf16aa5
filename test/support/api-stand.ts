import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { createHarness, type Harness, type Scope } from "../../src/index.ts";
import { type AwsSimulator, startAwsSimulator } from "../../src/simulator/index.ts";
import { snsSqs, type SnsSqs } from "../../src/transports/sns-sqs/index.ts";

type Channels = ReturnType<typeof channelsOf>;

function channelsOf(aws: SnsSqs) {
  return {
    placed: aws.topic("placed"),
    ordered: aws.topic("placed.fifo"),
    billing: aws.queue("billing"),
    dead: aws.deadLetters("billing--dlq"),
  };
}

/** One of each that the public API gives out, for tests that call all of it. */
export interface ApiStand extends AsyncDisposable {
  readonly simulator: AwsSimulator;
  readonly aws: SnsSqs;
  readonly harness: Harness<Channels>;
  readonly scope: Scope<Channels>;
}

export async function openApiStand(): Promise<ApiStand> {
  const simulator = await startAwsSimulator();
  const aws = snsSqs({ sns: new SNS(simulator.config), sqs: new SQS(simulator.config), accounting: simulator });
  for (const topic of ["placed", "placed.fifo"]) await aws.createTopic(topic);
  for (const queue of ["billing", "billing--dlq"]) await aws.createQueue(queue);
  const harness = await createHarness({ channels: channelsOf(aws) });
  return {
    simulator,
    aws,
    harness,
    scope: harness.scope("all of the API"),
    async [Symbol.asyncDispose]() {
      await harness.close();
      await simulator.close();
    },
  };
}

/** What a call throws or rejects with; or what it returned. */
export async function outcomeOf(call: () => unknown): Promise<unknown> {
  try {
    return { returned: await call() };
  } catch (error) {
    return error;
  }
}
