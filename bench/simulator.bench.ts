/** The simulator beside fauxqs, each in a process of its own, by raw HTTP: start, latency, throughput; and its limits. */
import { execFileSync } from "node:child_process";
import { test } from "vitest";
import { Load } from "./support/load.ts";
import { LongQueue } from "./support/long-queue.ts";
import { ParkedPoll } from "./support/parked-poll.ts";
import { RawConnection, sqs } from "./support/raw-connection.ts";
import { type Figure, writeResult } from "./support/results.ts";
import { bareScript, fauxqsScript, Server, wakefulScript } from "./support/servers.ts";
import { summarize } from "./support/statistics.ts";
import { receiveBatchRate, receiveRate, sendBatchRate, sendRate } from "./support/throughput.ts";

/** The first ones warm both up, and do not count. */
const warmUps = 5;
const rounds = 11;
/** As many as a client of the AWS SDK for JavaScript opens. */
const connections = 50;
const messages = 10_000;
const longerQueue = 50_000;
const many = 1_000_000;
const inFlight = 10_000;

const median = (values: readonly number[]) => summarize(values).median;

const startOf = (script: string) =>
  Number(
    execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
      encoding: "utf8",
      cwd: `${import.meta.dirname}/..`,
    }),
  );

function start(): Figure[] {
  const timed = (before: string, action: string) =>
    `${before} const began = performance.now(); ${action}; console.log(performance.now() - began); process.exit(0);`;
  const ours = `import { startAwsSimulator } from "wakeful/aws-simulator";`;
  const starts = Array.from({ length: 11 }, () => ({
    ours: startOf(timed(ours, "await startAwsSimulator()")),
    further: startOf(timed(`${ours} await startAwsSimulator();`, "await startAwsSimulator()")),
    theirs: startOf(timed(`import { startFauxqs } from "fauxqs";`, "await startFauxqs({ port: 0, logger: false })")),
  }));
  const further = median(starts.map((each) => each.further));
  return [
    { name: "simulator: start, median of 11", value: median(starts.map((each) => each.ours)), unit: "ms", atMost: 15 },
    { name: "simulator: a further instance, median of 11", value: further, unit: "ms", atMost: 5 },
    { name: "fauxqs: start, median of 11", value: median(starts.map((each) => each.theirs)), unit: "ms" },
  ];
}

async function latency(wakeful: Server, fauxqs: Server): Promise<Figure[]> {
  using here = await ParkedPoll.on(wakeful.url);
  using there = await ParkedPoll.on(fauxqs.url);
  const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  // in turns, so that a slow moment of the machine hits both; the first ones warm both up
  for (let round = 0; round < 1_000; round++) {
    const [ours, theirs] = [await here.measure(), await there.measure()];
    if (round < 500) continue;
    times.ours.push(ours);
    times.theirs.push(theirs);
  }
  const [ours, theirs] = [median(times.ours), median(times.theirs)];
  return [
    { name: "simulator: publish → parked receive, p50 of 500", value: ours, unit: "ms" },
    { name: "fauxqs: publish → parked receive, p50 of 500", value: theirs, unit: "ms" },
    { name: "publish → parked receive: fauxqs / simulator", value: theirs / ours, unit: "times", atLeast: 1 },
  ];
}

interface Throughput {
  readonly name: string;
  /** Messages a second. */
  readonly measure: (load: Load, queueUrl: string) => Promise<number>;
  /** How many times the peer's; only requests of one message were promised anything. */
  readonly atLeast?: number;
}

/** In this order: what one sends the next receives. */
const throughputs: readonly Throughput[] = [
  { name: "send", measure: (load, url) => sendRate(load, url, messages), atLeast: 2 },
  { name: "receive and delete", measure: (load, url) => receiveRate(load, url, messages), atLeast: 2 },
  { name: `send, ten a request, ${messages}`, measure: (load, url) => sendBatchRate(load, url, messages) },
  {
    name: `receive and delete, ten a request, ${messages} queued`,
    measure: (load, url) => receiveBatchRate(load, url, messages),
  },
  { name: `send, ten a request, ${longerQueue}`, measure: (load, url) => sendBatchRate(load, url, longerQueue) },
  {
    name: `receive and delete, ten a request, ${longerQueue} queued`,
    measure: (load, url) => receiveBatchRate(load, url, longerQueue),
  },
];

async function throughput(wakeful: Server, fauxqs: Server): Promise<Figure[]> {
  await using bare = await Server.start(bareScript);
  using onWakeful = await Load.open(wakeful.url, connections);
  using onFauxqs = await Load.open(fauxqs.url, connections);
  using onBare = await Load.open(bare.url, connections);
  const queues = [await wakeful.createQueue("load"), await fauxqs.createQueue("load")] as const;
  const measured = throughputs.map(({ measure, ...about }) => ({ ...about, measure, rates: [] as Rates[] }));
  const most: number[] = [];
  for (let round = 0; round < warmUps + rounds; round++) {
    const counts = round >= warmUps;
    const bareRate = await sendRate(onBare, "none", messages);
    for (const { measure, rates } of measured) {
      const ours = await measure(onWakeful, queues[0]);
      const theirs = await measure(onFauxqs, queues[1]);
      if (counts) rates.push({ ours, theirs });
    }
    if (counts) most.push(bareRate / (measured[0]?.rates.at(-1)?.theirs ?? Number.NaN));
  }
  const settings = `${connections} connections, median of ${rounds}`;
  const figures = measured.flatMap(({ name, rates, atLeast }): Figure[] => {
    const [ours, theirs] = [median(rates.map((each) => each.ours)), median(rates.map((each) => each.theirs))];
    const ratio = median(rates.map((each) => each.ours / each.theirs));
    return [
      { name: `simulator: ${name}, ${settings}`, value: ours, unit: "messages/s" },
      { name: `fauxqs: ${name}, ${settings}`, value: theirs, unit: "messages/s" },
      { name: `${name}: simulator / fauxqs`, value: ratio, unit: "times", ...(atLeast !== undefined && { atLeast }) },
    ];
  });
  return [
    ...figures,
    { name: "send: a server that does nothing but answer / fauxqs", value: median(most), unit: "times" },
  ];
}

/** Of one round, in which both were measured right after each other, so that a slow moment of the machine hits both. */
interface Rates {
  readonly ours: number;
  readonly theirs: number;
}

async function longQueue(): Promise<Figure[]> {
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
  return [
    { name: "simulator: memory with 1,000,000 queued messages", value: memory / 2 ** 20, unit: "MiB", atMost: 1_024 },
    { name: "simulator: receive of 10 from a queue of 10,000, median of 300", value: fromFew, unit: "ms" },
    { name: "simulator: receive of 10 from a queue of 1,000,000, median of 300", value: fromMany, unit: "ms" },
    { name: "receive time, 1,000,000 / 10,000 queued", value: fromMany / fromFew, unit: "times", atMost: 2 },
  ];
}

async function advance(): Promise<Figure[]> {
  await using wakeful = await Server.start(wakefulScript);
  const QueueUrl = await wakeful.createQueue("work");
  using load = await Load.open(wakeful.url, 1);
  await sendBatchRate(load, QueueUrl, inFlight);
  using connection = await RawConnection.open(wakeful.url);
  for (let received = 0; received < inFlight; received += 10) {
    const VisibilityTimeout = 30 + (received % 3_600);
    await connection.ask(sqs("ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout }));
  }
  await new Promise((resolve) => setTimeout(resolve, 1_100)); // so that no consumer is waited for that is not there
  const { took, steps } = (await wakeful.ask("advance")) as { took: number; steps: number };
  if (steps < inFlight / 10) throw new Error(`only ${steps} moments were found with deadlines in them`);
  return [
    { name: `simulator: advance("12h") over ${inFlight} messages in flight`, value: took, unit: "ms", atMost: 500 },
    { name: `simulator: advance("12h"), moments with deadlines`, value: steps, unit: "steps" },
  ];
}

test("the simulator, side by side with fauxqs", { timeout: 900_000 }, async () => {
  const figures = start();
  {
    await using wakeful = await Server.start(wakefulScript);
    await using fauxqs = await Server.start(fauxqsScript);
    figures.push(...(await latency(wakeful, fauxqs)), ...(await throughput(wakeful, fauxqs)));
  }
  figures.push(...(await longQueue()), ...(await advance()));
  writeResult({ benchmark: "simulator", figures });
});
