/** A process that opens a harness with one channel and does as it is told, on a clock that only its parent moves. */
import { once } from "node:events";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { WakefulError } from "../../../src/errors.ts";
import { createHarness } from "../../../src/harness/index.ts";
import { snsSqs } from "../../../src/transports/sns-sqs/index.ts";
import { ManualClock } from "../manual-clock.ts";
import type { Answer, Order, ReaderOptions } from "./protocol.ts";

const answer = (message: Answer) => process.send?.(message);
const {
  config,
  run,
  topic,
  deadLetters,
  ahead = 0,
  stepwise = false,
} = JSON.parse(process.argv[2] ?? "") as ReaderOptions;
const clock = new ManualClock();
await clock.advance(ahead);
const sqs = new SQS(config);
const aws = snsSqs({ sns: new SNS(config), sqs, run, clock });

const stop = async (before: "writing" | "settling"): Promise<void> => {
  answer({ stoppedBefore: before });
  await once(process, "message");
};
if (stepwise) {
  sqs.middlewareStack.add(
    (next, { commandName }) =>
      async (call) => {
        if (commandName === "TagQueueCommand") await stop("writing");
        return await next(call);
      },
    { step: "initialize" },
  );
}
try {
  const read = topic === undefined ? aws.deadLetters(deadLetters ?? "", { allow: true }) : aws.topic(topic);
  const opening = createHarness({ channels: { read } });
  if (stepwise) {
    await clock.waitsForTime(opening);
    await stop("settling");
  }
  const harness = await clock.until(opening);
  const scope = harness.scope(run);
  process.on("message", (order: Order) => void obey(order));
  answer({ armed: true });

  const obey = async (order: Order): Promise<void> => {
    if ("advance" in order) {
      await clock.advance(order.advance);
      answer({ advanced: true });
    } else if ("close" in order) {
      await scope.close();
      await harness.close();
      process.disconnect();
    } else if ("give" in order && order.give === "headers") answer({ headers: scope.headers });
    else if ("give" in order) answer({ events: scope.channels.read.seen().map(({ payload }) => payload) });
  };
} catch (error) {
  if (!(error instanceof WakefulError)) throw error;
  answer({ refused: { code: error.code, facts: error.facts } });
  process.disconnect();
}
