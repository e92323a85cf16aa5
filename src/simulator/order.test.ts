import { SQS } from "@aws-sdk/client-sqs";
import { describe, expect, test } from "vitest";
import { type AwsSimulator, type AwsSimulatorOptions, startAwsSimulator } from "./index.ts";

const hundred = Array.from({ length: 100 }, (_, index) => index);

/** The order in which a hundred messages come that were sent as 0 to 99, and the simulator that did it. */
async function orderOf(options: AwsSimulatorOptions, attributes: Record<string, string> = {}) {
  await using simulator = await startAwsSimulator(options);
  const sqs = new SQS(simulator.config);
  const QueueName = attributes["FifoQueue"] === undefined ? "queue" : "queue.fifo";
  const { QueueUrl } = await sqs.createQueue({ QueueName, Attributes: attributes });
  for (let first = 0; first < 100; first += 10) {
    const Entries = hundred.slice(first, first + 10).map((number) => ({
      Id: String(number),
      MessageBody: String(number),
      ...(QueueName !== "queue" && { MessageGroupId: String(number) }),
    }));
    await sqs.sendMessageBatch({ QueueUrl, Entries });
  }
  const order: number[] = [];
  while (order.length < 100) {
    const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
    if (Messages.length === 0) break;
    order.push(...Messages.map(({ Body }) => Number(Body)));
  }
  sqs.destroy();
  return { order, seeds: seedsOf(simulator, QueueName) };
}

function seedsOf(simulator: AwsSimulator, queue: string) {
  return [simulator.seed, simulator.inspect(queue).seed, simulator.name];
}

describe("the order of a standard queue", () => {
  test("is strict by default", async () => {
    const { order, seeds } = await orderOf({});
    expect(order).toEqual(hundred);
    expect(seeds).toEqual([undefined, undefined, "the simulator"]);
  });

  test("with a seed mixes neighbours, and loses or repeats nothing", async () => {
    const { order } = await orderOf({ order: { seed: 7 } });
    expect(order).not.toEqual(hundred);
    expect(order.toSorted((a, b) => a - b)).toEqual(hundred);
    // nothing comes ten places too early: it is no heap of messages
    expect(order.filter((number, place) => number - place >= 10)).toEqual([]);
  });

  test("is the same again with the same seed, and another with another", async () => {
    const [first, again, other] = [
      await orderOf({ order: { seed: 7 } }),
      await orderOf({ order: { seed: 7 } }),
      await orderOf({ order: { seed: 8 } }),
    ];
    expect(again.order).toEqual(first.order);
    expect(other.order).not.toEqual(first.order);
  });

  test("the seed is told: by the simulator, by inspect, and by what failures name", async () => {
    const { seeds } = await orderOf({ order: { seed: 7 } });
    expect(seeds).toEqual([7, 7, "the simulator (order seed 7)"]);
  });

  test("without a seed one is drawn, by which the order can be had again", async () => {
    const drawn = await orderOf({ order: {} });
    const seed = Number(drawn.seeds[0]);
    expect((await orderOf({ order: { seed } })).order).toEqual(drawn.order);
  });

  test("a FIFO queue keeps its order", async () => {
    const { order, seeds } = await orderOf(
      { order: { seed: 7 } },
      { FifoQueue: "true", ContentBasedDeduplication: "true" },
    );
    expect(order).toEqual(hundred);
    expect(seeds[1]).toBeUndefined();
  });
});
