import { type FaultKind, faultKinds } from "./fault-kinds.ts";

/** One option of a command. */
export interface CommandOption {
  readonly type: "string" | "boolean";
  /** What the value is, for help: "port", "duration". */
  readonly value?: string;
  readonly default?: string;
  readonly description: string;
}

/** One command, as data: parsing, help and docs/cli.md come from it. */
export interface Command {
  readonly summary: string;
  /** The parameters without a name, in their order; a trailing "?" marks one that may be left out. */
  readonly parameters: readonly string[];
  readonly options: Readonly<Record<string, CommandOption>>;
  /** What the first parameter can be, where that decides which options fit. */
  readonly kinds?: Readonly<Record<string, FaultKind>>;
  readonly example: string;
}

const port: CommandOption = {
  type: "string",
  value: "port",
  default: "4566",
  description: "The port of the running simulator.",
};

export const commands = {
  up: {
    summary: "Starts the AWS simulator (SNS, SQS, DynamoDB), and shows what goes through it, until Ctrl-C.",
    parameters: [],
    options: {
      port: { ...port, description: "The port to listen on, of 127.0.0.1; 0: a free one." },
      config: {
        type: "string",
        value: "file",
        description: "A JSON file with topics, queues, subscriptions and tables to create at the start.",
      },
      "strict-policies": {
        type: "boolean",
        description: "Let topics send only to queues whose policy lets them, as on AWS. Left out: a warning tells.",
      },
      quiet: { type: "boolean", description: "Show no traffic." },
      all: {
        type: "boolean",
        description:
          "Show every line of the traffic, also in a burst, of which only the first ones are shown otherwise.",
      },
    },
    example: "npx wakeful up --config aws.json",
  },
  env: {
    summary: "Prints the environment that makes AWS SDKs of any language use the running simulator.",
    parameters: [],
    options: {
      port,
      within: {
        type: "string",
        value: "duration",
        description: "Wait so long at most until a simulator runs, such as 30s. Left out: one must run already.",
      },
    },
    example: 'eval "$(npx wakeful env)"',
  },
  down: {
    summary: "Ends the running simulator, and all that is in it.",
    parameters: [],
    options: { port },
    example: "npx wakeful down",
  },
  advance: {
    summary: "Moves the simulator's time on, letting consumers come back to their polls in between.",
    parameters: ["duration"],
    options: { port },
    example: "npx wakeful advance 30s",
  },
  inspect: {
    summary: "Shows all queues with their counts, or one queue's messages.",
    parameters: ["queue?"],
    options: {
      port,
      json: { type: "boolean", description: "Print JSON: the counts; of one queue also its messages, up to 1,000." },
    },
    example: "npx wakeful inspect orders",
  },
  fault: {
    summary: "Puts a fault in force until it is cleared; lists those in force, or clears them.",
    parameters: ["kind", "queue or topic?"],
    kinds: faultKinds,
    options: {
      port,
      nth: { type: "string", value: "numbers", description: "Only these of those that pass by, from 1: 2, or 1,3." },
      share: { type: "string", value: "share", description: "Only this share of them, from 0 to 1." },
      seed: { type: "string", value: "number", description: "What decides which are the share; 1 if it is left out." },
      by: { type: "string", value: "duration", description: "How long, such as 5s." },
      service: { type: "string", value: "service", description: "Only requests to sqs, sns or dynamodb." },
      action: { type: "string", value: "action", description: "Only requests of this action, such as SendMessage." },
      status: { type: "string", value: "status", description: "500 or 503." },
      processed: { type: "boolean", description: "After the request took effect." },
    },
    example: "npx wakeful fault duplicate orders --nth 2",
  },
} as const satisfies Readonly<Record<string, Command>>;

export type CommandName = keyof typeof commands;
