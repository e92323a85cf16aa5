/** The simulator beside fauxqs, each in a process of its own, by raw HTTP: start, latency, throughput; and its limits. */
import { execFileSync } from "node:child_process";
import { test } from "vitest";
import { type Figure, writeResult } from "./support/results.ts";
import { fauxqsScript, RawClient, Server, wakefulScript } from "./support/servers.ts";
import { Load } from "./support/load.ts";
import { summarize } from "./support/statistics.ts";

const rounds = 5;
const connections = 16;
const sendsARound = 10_000;
const many = 1_000_000;
const inFlight = 10_000;

interface Received {
  readonly Messages?: readonly { readonly ReceiptHandle: string }[];
}

const startOf = (script: string) =>
  Number(
    execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
      encoding: "utf8",
      cwd: `${import.meta.dirname}/..`,
    }),
  );

async function createQueue(client: RawClient, name: string): Promise<string> {
  return (await client.sqs<{ QueueUrl: string }>("CreateQueue", { QueueName: name })).QueueUrl;
}

/** Runs `work` until it says no more, on as many connections as there are. */
async function inParallel(work: () => Promise<boolean>): Promise<void> {
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (await work());
    }),
  );
}

/** Messages a second. */
async function sendRate(load: Load, QueueUrl: string): Promise<number> {
  let sent = 0;
  const began = performance.now();
  await load.run(() => {
    if (++sent > sendsARound) return undefined;
    return { action: "SendMessage", body: JSON.stringify({ QueueUrl, MessageBody: `{"order_id":"${sent}"}` }) };
  });
  return (sendsARound / (performance.now() - began)) * 1_000;
}

/** Messages received and deleted a second, until the queue is empty. */
async function receiveRate(load: Load, QueueUrl: string): Promise<number> {
  let received = 0;
  const receive = { action: "ReceiveMessage", body: JSON.stringify({ QueueUrl, MaxNumberOfMessages: 10 }) };
  const received10 = Array.from({ length: connections }, () => false);
  const began = performance.now();
  await load.run((connection, answer) => {
    if (received10[connection] !== true) {
      received10[connection] = true;
      return receive;
    }
    received10[connection] = false;
    const { Messages = [] } = JSON.parse(answer) as Received;
    if (Messages.length === 0) return undefined;
    received += Messages.length;
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    return { action: "DeleteMessageBatch", body: JSON.stringify({ QueueUrl, Entries }) };
  });
  return (received / (performance.now() - began)) * 1_000;
}

/** A queue behind a topic, and a way to measure from the publish to the answer of a poll that was parked before, ms. */
async function parkedPoll(client: RawClient): Promise<() => Promise<number>> {
  const QueueUrl = await createQueue(client, "parked");
  const { Attributes } = await client.sqs<{ Attributes: { QueueArn: string } }>("GetQueueAttributes", {
    QueueUrl,
    AttributeNames: ["QueueArn"],
  });
  const created = await client.sns({ Action: "CreateTopic", Name: "parked" });
  const TopicArn = /<TopicArn>([^<]*)</.exec(created)?.[1] ?? "";
  await client.sns({ Action: "Subscribe", TopicArn, Protocol: "sqs", Endpoint: Attributes.QueueArn });
  return async () => {
    const poll = client.sqs<Received>("ReceiveMessage", { QueueUrl, WaitTimeSeconds: 20 });
    // until the poll is there: the peer does not say how many are parked
    await new Promise((resolve) => setTimeout(resolve, 3));
    const began = performance.now();
    const published = client.sns({ Action: "Publish", TopicArn, Message: "x" });
    const { Messages = [] } = await poll;
    const took = performance.now() - began;
    await published;
    await client.sqs("DeleteMessage", { QueueUrl, ReceiptHandle: Messages[0]?.ReceiptHandle });
    return took;
  };
}

/** A queue with many messages in it. */
class LongQueue implements Disposable {
  readonly #client: RawClient;
  readonly #url: string;

  private constructor(client: RawClient, url: string) {
    this.#client = client;
    this.#url = url;
  }

  static async of(server: Server, length: number): Promise<LongQueue> {
    const client = new RawClient(server.url, connections);
    const QueueUrl = await createQueue(client, "long");
    let next = 0;
    await inParallel(async () => {
      if (next >= length) return false;
      const Entries = Array.from({ length: 10 }, (_, index) => ({
        Id: String(index),
        MessageBody: `{"order_id":"${next + index}"}`,
      }));
      next += Entries.length;
      await client.sqs("SendMessageBatch", { QueueUrl, Entries });
      return true;
    });
    return new LongQueue(client, QueueUrl);
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }

  /** Receives ten messages, which stay in flight; how long that took, ms. */
  async receive(): Promise<number> {
    const input = { QueueUrl: this.#url, MaxNumberOfMessages: 10, VisibilityTimeout: 43_200 };
    const began = performance.now();
    await this.#client.sqs("ReceiveMessage", input);
    return performance.now() - began;
  }
}

test("the simulator, side by side with fauxqs", { timeout: 900_000 }, async () => {
  const figures: Figure[] = [];
  const median = (values: readonly number[]) => summarize(values).median;

  const timed = (before: string, action: string) =>
    `${before} const began = performance.now(); ${action}; console.log(performance.now() - began); process.exit(0);`;
  const ours = `import { startAwsSimulator } from "wakeful/aws-simulator";`;
  const starts = Array.from({ length: 11 }, () => ({
    ours: startOf(timed(ours, "await startAwsSimulator()")),
    further: startOf(timed(`${ours} await startAwsSimulator();`, "await startAwsSimulator()")),
    theirs: startOf(timed(`import { startFauxqs } from "fauxqs";`, "await startFauxqs({ port: 0, logger: false })")),
  }));
  figures.push(
    { name: "simulator: start, median of 11", value: median(starts.map((each) => each.ours)), unit: "ms", atMost: 15 },
    {
      name: "simulator: a further instance, median of 11",
      value: median(starts.map(({ further }) => further)),
      unit: "ms",
      atMost: 5,
    },
    { name: "fauxqs: start, median of 11", value: median(starts.map(({ theirs }) => theirs)), unit: "ms" },
  );

  {
    await using wakeful = await Server.start(wakefulScript);
    await using fauxqs = await Server.start(fauxqsScript);
    using toWakeful = new RawClient(wakeful.url, connections);
    using toFauxqs = new RawClient(fauxqs.url, connections);
    // in turns, so that a slow moment of the machine hits both; the first ones warm both up
    const [inWakeful, inFauxqs] = [await parkedPoll(toWakeful), await parkedPoll(toFauxqs)];
    const [here, there]: [number[], number[]] = [[], []];
    for (let round = 0; round < 400; round++) {
      const [one, other] = [await inWakeful(), await inFauxqs()];
      if (round < 200) continue;
      here.push(one);
      there.push(other);
    }
    figures.push(
      { name: "simulator: publish → parked receive, p50 of 200", value: median(here), unit: "ms" },
      { name: "fauxqs: publish → parked receive, p50 of 200", value: median(there), unit: "ms" },
      {
        name: "publish → parked receive: fauxqs / simulator",
        value: median(there) / median(here),
        unit: "times",
        atLeast: 1,
      },
    );

    const rates = {
      ours: { send: [] as number[], receive: [] as number[] },
      theirs: { send: [] as number[], receive: [] as number[] },
    };
    const urls = [await createQueue(toWakeful, "load"), await createQueue(toFauxqs, "load")] as const;
    using onWakeful = await Load.open(wakeful.url, connections);
    using onFauxqs = await Load.open(fauxqs.url, connections);
    for (let round = 0; round < rounds; round++) {
      rates.ours.send.push(await sendRate(onWakeful, urls[0]));
      rates.theirs.send.push(await sendRate(onFauxqs, urls[1]));
      rates.ours.receive.push(await receiveRate(onWakeful, urls[0]));
      rates.theirs.receive.push(await receiveRate(onFauxqs, urls[1]));
    }
    for (const way of ["send", "receive"] as const) {
      const [one, other] = [median(rates.ours[way]), median(rates.theirs[way])];
      figures.push(
        { name: `simulator: ${way}, ${connections} connections, median of ${rounds}`, value: one, unit: "messages/s" },
        { name: `fauxqs: ${way}, ${connections} connections, median of ${rounds}`, value: other, unit: "messages/s" },
        { name: `${way}: simulator / fauxqs`, value: one / other, unit: "times", atLeast: 2 },
      );
    }
  }

  {
    // a simulator each, so that one pays for the garbage of its own queue alone
    await using withFew = await Server.start(wakefulScript);
    await using withMany = await Server.start(wakefulScript);
    using few = await LongQueue.of(withFew, 10_000);
    using long = await LongQueue.of(withMany, many);
    await withFew.ask("memory");
    const memory = (await withMany.ask("memory")) as number;
    const times: { few: number[]; many: number[] } = { few: [], many: [] };
    for (let round = 0; round < 400; round++) {
      const [one, other] = [await few.receive(), await long.receive()];
      if (round < 100) continue;
      times.few.push(one);
      times.many.push(other);
    }
    const [fromFew, fromMany] = [median(times.few), median(times.many)];
    figures.push(
      { name: "simulator: memory with 1,000,000 queued messages", value: memory / 2 ** 20, unit: "MiB", atMost: 1_024 },
      { name: "simulator: receive of 10 from a queue of 10,000, median of 300", value: fromFew, unit: "ms" },
      { name: "simulator: receive of 10 from a queue of 1,000,000, median of 300", value: fromMany, unit: "ms" },
      { name: "receive time, 1,000,000 / 10,000 queued", value: fromMany / fromFew, unit: "times", atMost: 2 },
    );
  }

  {
    await using wakeful = await Server.start(wakefulScript);
    using client = new RawClient(wakeful.url, connections);
    const QueueUrl = await createQueue(client, "work");
    for (let sent = 0; sent < inFlight; sent += 10) {
      const Entries = Array.from({ length: 10 }, (_, index) => ({
        Id: String(index),
        MessageBody: String(sent + index),
      }));
      await client.sqs("SendMessageBatch", { QueueUrl, Entries });
      await client.sqs("ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 30 + (sent % 3_600) });
    }
    // so that no consumer is waited for that is not there
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const { took, steps } = (await wakeful.ask("advance")) as { took: number; steps: number };
    figures.push(
      { name: `simulator: advance("12h") over ${inFlight} messages in flight`, value: took, unit: "ms", atMost: 500 },
      { name: `simulator: advance("12h"), moments with deadlines`, value: steps, unit: "steps" },
    );
  }
  writeResult({ benchmark: "simulator", figures, details: starts });
});
