import { WakefulError } from "../errors.ts";
import type { QueueInspection } from "../simulator/index.ts";
import { CommandFailed } from "./command-failed.ts";
import { command, findRunning } from "./control-client.ts";
import { help } from "./help.ts";
import { messagesTable, queuesTable } from "./inspect.ts";
import { parse, type Request } from "./parse.ts";
import type { Terminal } from "./terminal.ts";
import { up } from "./up.ts";

/** Runs one command line. Resolves to the exit code: 0, 1 for what could not be done, 2 for a command line that makes no sense. */
export async function run(given: readonly string[], terminal: Terminal): Promise<number> {
  const parsed = parse(given);
  if ("help" in parsed) {
    terminal.print(help(parsed.help));
    return 0;
  }
  if ("problem" in parsed) {
    terminal.print(`${parsed.problem}\n\n${help()}`);
    return 2;
  }
  try {
    return await perform(parsed.request, terminal);
  } catch (error) {
    if (!(error instanceof CommandFailed || error instanceof WakefulError)) throw error;
    terminal.print(error.message);
    return 1;
  }
}

async function perform({ command: name, parameters, options }: Request, terminal: Terminal): Promise<number> {
  const port = portOf(String(options["port"]));
  if (name === "up") {
    const { config, quiet } = options;
    await up({ port, ...(typeof config === "string" && { config }), quiet: quiet === true }, terminal);
    return 0;
  }
  const running = findRunning(port);
  const [first] = parameters;
  switch (name) {
    case "env": {
      const lines = Object.entries(running.env).map(([variable, value]) => `export ${variable}='${value}'`);
      // a profile would come before the keys; set to nothing it is one that boto3 does not find
      terminal.print(["unset AWS_PROFILE AWS_DEFAULT_PROFILE", ...lines].join("\n"));
      return 0;
    }
    case "advance": {
      const { text } = (await command(running, "advance", { by: first })) as { text: string };
      terminal.print(text);
      return 0;
    }
    case "fault": {
      const [kind, place] = parameters;
      const { text } = (await command(running, "fault", { kind, place, options })) as { text: string };
      terminal.print(text);
      return 0;
    }
    case "inspect": {
      const { queues } = (await command(running, "inspect", { queue: first })) as { queues: QueueInspection[] };
      if (options["json"] === true) terminal.print(JSON.stringify(queues, undefined, 2));
      else terminal.print(first === undefined ? queuesTable(queues) : queues.map(messagesTable).join("\n"));
      return 0;
    }
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new CommandFailed(`"${text}" is not a port.`);
  return port;
}
