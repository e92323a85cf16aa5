import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { createHarness, type Harness } from "wakeful";
import { type AwsSimulator, startAwsSimulator } from "wakeful/aws-simulator";
import { startProcess } from "wakeful/launch";
import { snsSqs } from "wakeful/sns-sqs";
import { z } from "zod";
import { scoped } from "./scoped.ts";

const Name = z.object({ name: z.string() });
const Greeting = z.object({ text: z.string() });

function channelsOf(simulator: AwsSimulator) {
  const aws = snsSqs({ sns: new SNS(simulator.config), sqs: new SQS(simulator.config), accounting: simulator });
  return {
    names: aws.queue("names", { schema: Name }),
    greetings: aws.topic("greetings", { schema: Greeting }),
    deadNames: aws.deadLetters("names--dlq", { schema: Name }),
  };
}

const resources = new AsyncDisposableStack();
let simulator: AwsSimulator;
let harness: Harness<ReturnType<typeof channelsOf>>;
before(async () => {
  simulator = resources.use(await startAwsSimulator());
  const greeter = resources.use(
    await startProcess({
      name: "greeter",
      command: ["node", join(import.meta.dirname, "greeter.ts")],
      env: simulator.env,
      // not sooner: what is sent to a queue that nobody polls yet would count as unheard
      ready: () => simulator.inspect("names").polls > 0,
      finishesBeforeReply: true,
    }),
  );
  harness = resources.use(await createHarness({ channels: channelsOf(simulator), systems: [greeter], sla: "3s" }));
});
after(async () => {
  await resources.disposeAsync();
});

void test(
  "who is named is greeted, once",
  scoped(
    () => harness,
    async ({ channels: { names, greetings } }) => {
      await names.send({ name: "Ada" });
      const [greeting] = await greetings.exactly(1);
      assert.deepEqual(greeting?.payload, { text: "Hello, Ada!" });
    },
  ),
);

void test(
  "a name that is too long is tried three times, and then a dead letter: 90 s in milliseconds",
  scoped(
    () => harness,
    async ({ channels: { names, greetings, deadNames } }) => {
      const name = "somebody with a very long name";
      await names.send({ name });
      await simulator.advance("90s");
      assert.equal((await deadNames.next({ name })).payload.name, name);
      assert.equal((await greetings.none()).how, "proved");
    },
  ),
);
