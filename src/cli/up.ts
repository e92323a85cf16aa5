import { randomBytes } from "node:crypto";
import { type AwsSimulator, startAwsSimulator } from "../simulator/index.ts";
import { type Duration, formatDuration } from "../time/index.ts";
import { CommandFailed } from "./command-failed.ts";
import { type Config, readConfig } from "./config.ts";
import { startControlServer } from "./control-server.ts";
import { createResources } from "./create-resources.ts";
import { fault, type FaultRequest } from "./fault.ts";
import { writeState } from "./state-file.ts";
import type { Terminal } from "./terminal.ts";
import { trafficLine } from "./traffic.ts";

export interface UpOptions {
  readonly port: number;
  readonly config?: string;
  readonly quiet: boolean;
}

/** Runs a simulator until it is interrupted. Everything is removed at the end. */
export async function up({ port, config, quiet }: UpOptions, { print, interrupted }: Terminal): Promise<void> {
  const wanted: Config | undefined = config === undefined ? undefined : readConfig(config);
  await using simulator = await start(port);
  if (wanted !== undefined) await createResources(simulator, wanted);
  const token = randomBytes(24).toString("base64url");
  await using control = await startControlServer(token, {
    advance: (input) => advance(simulator, input),
    inspect: (input) => inspect(simulator, input),
    fault: (input) => ({ text: fault(simulator, input as FaultRequest) }),
  });
  const { pid } = process;
  using state = writeState(simulator.port, {
    pid,
    url: simulator.url,
    control: control.url,
    token,
    env: simulator.env,
  });
  void state;
  print(`The AWS simulator listens on ${simulator.url}: SNS, SQS, DynamoDB, region ${simulator.region}.`);
  if (wanted !== undefined) {
    const { topics, queues, subscriptions, tables } = wanted;
    const counts = [topics, queues, subscriptions, tables].map(({ length }) => length);
    print(`Created: ${counts[0]} topics, ${counts[1]} queues, ${counts[2]} subscriptions, ${counts[3]} tables.`);
  }
  const flag = simulator.port === 4566 ? "" : ` --port ${simulator.port}`;
  print(
    `In another terminal: eval "$(npx wakeful env${flag})", npx wakeful inspect${flag}, npx wakeful advance 30s${flag}`,
  );
  print("Ctrl-C ends it, and all that is in it.");
  using traffic = quiet
    ? undefined
    : simulator.onActivity((activity) => {
        print(trafficLine(activity));
      });
  void traffic;
  await interrupted();
}

async function start(port: number): Promise<AwsSimulator> {
  try {
    return await startAwsSimulator({ port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new CommandFailed(`Port ${port} is taken. Is a simulator running already? Choose another with --port.`);
  }
}

async function advance(simulator: AwsSimulator, input: unknown): Promise<{ text: string }> {
  const { by } = input as { by: Duration };
  const { steps, took, notSettled } = await simulator.advance(by);
  const lines = [
    `The time is ${simulator.now().toISOString()}, ${String(by)} later; ${steps} moments with deadlines, ${formatDuration(took)} of real time.`,
    ...notSettled.map((line) => `Not settled: ${line}`),
  ];
  return { text: lines.join("\n") };
}

function inspect(simulator: AwsSimulator, input: unknown): unknown {
  const { queue } = input as { queue?: string };
  const names = queue === undefined ? simulator.queues.toSorted() : [queue];
  const queues = names.map((name) => simulator.inspect(name));
  // where all are asked for, counts only
  return { queues: queue === undefined ? queues.map((each) => ({ ...each, messages: [] })) : queues };
}
