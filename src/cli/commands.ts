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
} as const satisfies Readonly<Record<string, Command>>;

export type CommandName = keyof typeof commands;
