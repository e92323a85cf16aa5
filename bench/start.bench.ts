/** What it takes to import Wakeful and to start the simulator, and how long a dead letter takes; each in fresh processes. */
import { execFileSync } from "node:child_process";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { test } from "vitest";
import { createHarness } from "wakeful";
import { startAwsSimulator } from "wakeful/aws-simulator";
import { snsSqs } from "wakeful/sns-sqs";
import { writeResult } from "./support/results.ts";
import { summarize } from "./support/statistics.ts";

const fresh = (script: string) =>
  Number(
    execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
      encoding: "utf8",
      cwd: `${import.meta.dirname}/..`,
    }),
  );

test("start times and the dead-letter scenario", { timeout: 300_000 }, async () => {
  const imports: number[] = [];
  const starts: number[] = [];
  const further: number[] = [];
  for (let round = 0; round < 21; round++) {
    imports.push(
      fresh(`const before = performance.now(); await import("wakeful"); console.log(performance.now() - before);`),
    );
    starts.push(
      fresh(
        `import { startAwsSimulator } from "wakeful/aws-simulator"; const before = performance.now(); const simulator = await startAwsSimulator(); console.log(performance.now() - before); await simulator.close();`,
      ),
    );
    further.push(
      fresh(
        `import { startAwsSimulator } from "wakeful/aws-simulator"; await using first = await startAwsSimulator(); const before = performance.now(); await using second = await startAwsSimulator(); console.log(performance.now() - before);`,
      ),
    );
  }

  const deadLetters: number[] = [];
  for (let round = 0; round < 100; round++) {
    await using simulator = await startAwsSimulator();
    const [sns, sqs] = [new SNS(simulator.config), new SQS(simulator.config)];
    const aws = snsSqs({ sns, sqs, accounting: simulator });
    await aws.createQueue("dead");
    await aws.createQueue("work", { visibility: "30s", deadLetters: { queue: "dead", maxReceives: 3 } });
    const QueueUrl = await aws.createQueue("work", { visibility: "30s" });
    const stop = new AbortController();
    let receives = 0;
    const consumer = (async () => {
      while (!stop.signal.aborted) {
        const { Messages = [] } = await sqs.receiveMessage(
          { QueueUrl, WaitTimeSeconds: 20 },
          { abortSignal: stop.signal },
        );
        receives += Messages.length;
      }
    })().catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
    await using harness = await createHarness({ channels: { work: aws.queue("work"), dead: aws.deadLetters("dead") } });
    await using scope = harness.scope("dead letter");
    while (simulator.inspect("work").polls === 0) await new Promise((resolve) => setImmediate(resolve));
    const before = performance.now();
    await scope.channels.work.send({ id: round });
    await simulator.advance("90s");
    await scope.channels.dead.next({ id: round });
    deadLetters.push(performance.now() - before);
    stop.abort();
    await consumer;
    if (receives !== 3) throw new Error(`received ${receives} times`);
    sns.destroy();
    sqs.destroy();
  }
  const dead = summarize(deadLetters);
  writeResult({
    benchmark: "start",
    figures: [
      {
        name: 'import "wakeful", fresh process, median of 21',
        value: summarize(imports).median,
        unit: "ms",
        atMost: 20,
      },
      { name: "simulator start, fresh process, median of 21", value: summarize(starts).median, unit: "ms", atMost: 50 },
      { name: "a further simulator, median of 21", value: summarize(further).median, unit: "ms" },
      {
        name: "dead letter after three receives and 30 s visibility, real time, median of 100",
        value: dead.median,
        unit: "ms",
        atMost: 200,
      },
      { name: "dead letter, p95", value: dead.p95, unit: "ms" },
    ],
    details: { imports, starts, further, deadLetters },
  });
});
