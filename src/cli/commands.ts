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
      quiet: { type: "boolean", description: "Show no traffic." },
    },
    example: "npx wakeful up --config aws.json",
  },
  env: {
    summary: "Prints the environment that makes AWS SDKs of any language use the running simulator.",
    parameters: [],
    options: { port },
    example: 'eval "$(npx wakeful env)"',
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
    options: { port, json: { type: "boolean", description: "Print JSON." } },
    example: "npx wakeful inspect orders",
  },
  fault: {
    summary:
      "Puts a fault in force until it is cleared: on the messages of a queue or topic (duplicate, delay, reorder, drop, reject-acknowledgement, redeliver-early), or on requests (throttle, fail, close-connection, slow, expire-credentials, skew-clock). `fault list` shows those in force with their hits, `fault clear` undoes them all.",
    parameters: ["kind", "queue or topic?"],
    options: {
      port,
      nth: { type: "string", value: "numbers", description: "Only these, from 1: `2`, or `1,3`." },
      share: { type: "string", value: "share", description: "Only this share, from 0 to 1." },
      seed: {
        type: "string",
        value: "number",
        description: "What decides which are the share; `1` if it is left out.",
      },
      by: {
        type: "string",
        value: "duration",
        description:
          "How late (delay, slow), how wrong (skew-clock), how long held at most (reorder), after how long (redeliver-early).",
      },
      service: { type: "string", value: "service", description: "Of requests: only to sqs, sns or dynamodb." },
      action: { type: "string", value: "action", description: "Of requests: only this one, such as SendMessage." },
      status: { type: "string", value: "status", description: "Of fail: 500 or 503." },
      processed: { type: "boolean", description: "Of close-connection: after the request took effect." },
    },
    example: "npx wakeful fault duplicate orders --nth 2",
  },
} as const satisfies Readonly<Record<string, Command>>;

export type CommandName = keyof typeof commands;
