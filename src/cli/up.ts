import { randomBytes } from "node:crypto";
import { type AwsSimulator, startAwsSimulator } from "../simulator/index.ts";
import { counted } from "../text/index.ts";
import { type Duration, formatDuration } from "../time/index.ts";
import { CommandFailed, WrongUse } from "./command-failed.ts";
import { type Config, readConfig } from "./config.ts";
import { startControlServer } from "./control-server.ts";
import { createResources } from "./create-resources.ts";
import { fault } from "./fault.ts";
import type { FaultRequest } from "./fault-request.ts";
import { LiveView } from "./live-view.ts";
import { unknownName } from "./names.ts";
import { readState, writeState } from "./state-file.ts";
import type { Terminal } from "./terminal.ts";

export interface UpOptions {
  readonly port: number;
  readonly config?: string;
  readonly strictPolicies: boolean;
  readonly quiet: boolean;
  /** Whether a burst is shown whole. */
  readonly all: boolean;
}

const defaultPort = 4566;
const messagesSent = 1_000;

/** Runs a simulator until it is interrupted. Everything is removed at the end. */
export async function up(options: UpOptions, { print, interrupted }: Terminal): Promise<void> {
  const { port, config, strictPolicies, quiet, all } = options;
  const wanted = config === undefined ? undefined : readConfig(config);
  await using simulator = await start(port, strictPolicies);
  if (wanted !== undefined) await createResources(simulator, wanted);
  const token = randomBytes(24).toString("base64url");
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const { pid } = process;
  await using control = await startControlServer(token, {
    ping: () => ({ pid }),
    advance: (input) => advance(simulator, input),
    inspect: (input) => inspect(simulator, input),
    fault: (input) => ({ text: fault(simulator, input as FaultRequest) }),
    down: (_, replied) => {
      void replied.then(end);
    },
  });
  const { url, env } = simulator;
  using state = writeState(simulator.port, { pid, url, control: control.url, token, env });
  void state;
  print(greeting(simulator, wanted));
  using view = new LiveView(print, { all });
  using traffic = quiet
    ? undefined
    : simulator.onActivity((activity) => {
        view.show(activity);
      });
  void traffic;
  await Promise.race([interrupted(), ended]);
}

function greeting({ url, region, port }: AwsSimulator, created: Config | undefined): string {
  const flag = port === defaultPort ? "" : ` --port ${port}`;
  return [
    `The AWS simulator listens on ${url}: SNS, SQS, DynamoDB, region ${region}, account 000000000000.`,
    ...(created === undefined ? [] : [`Created: ${countsOf(created)}.`]),
    "In another terminal:",
    `  eval "$(npx wakeful env${flag})"   lets AWS SDKs and the AWS CLI find it`,
    `  npx wakeful inspect${flag}`,
    `  npx wakeful advance 30s${flag}`,
    "Ctrl-C ends it, and all that is in it.",
  ].join("\n");
}

/** "1 topic, 2 queues" */
function countsOf({ topics, queues, subscriptions, tables }: Config): string {
  const all = [
    [topics.length, "topic"],
    [queues.length, "queue"],
    [subscriptions.length, "subscription"],
    [tables.length, "table"],
  ] as const;
  const told = all.filter(([count]) => count > 0).map(([count, what]) => counted(count, what));
  return told.join(", ") || "nothing, the file names nothing";
}

async function start(port: number, strictPolicies: boolean): Promise<AwsSimulator> {
  try {
    return await startAwsSimulator({ port, strictPolicies });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EACCES") throw new CommandFailed(`Port ${port} may not be used by you. Choose another with --port.`);
    if (code !== "EADDRINUSE") throw error;
    const other = readState(port);
    throw new CommandFailed(
      other === undefined
        ? `Port ${port} is taken by another program. Choose another with --port; --port 0 takes a free one.`
        : `Port ${port} is taken, probably by the simulator of process ${other.pid}: use that one, or choose another with --port; --port 0 takes a free one.`,
    );
  }
}

async function advance(simulator: AwsSimulator, input: unknown): Promise<{ text: string }> {
  const { by } = input as { by: Duration };
  const { steps, took, notSettled } = await simulator.advance(by);
  const passed = steps === 0 ? "nothing was due" : `${counted(steps, "moment")} when something was due`;
  const lines = [
    `The time is ${simulator.now().toISOString()}, ${String(by)} later: ${passed}, ${formatDuration(took)} of real time.`,
    ...notSettled.map((line) => `Not back at its poll: ${line}`),
  ];
  return { text: lines.join("\n") };
}

function inspect(simulator: AwsSimulator, input: unknown): unknown {
  const { queue } = input as { queue?: string };
  // where all are asked for, counts only: JSON leaves out what is undefined
  if (queue === undefined) {
    return { queues: simulator.queues.toSorted().map((name) => ({ ...simulator.inspect(name), messages: undefined })) };
  }
  if (!simulator.queues.includes(queue)) throw new WrongUse(unknownName("queue", queue, simulator.queues));
  const inspected = simulator.inspect(queue);
  return { queues: [{ ...inspected, messages: inspected.messages.slice(0, messagesSent) }] };
}
