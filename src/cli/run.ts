import { WakefulError } from "../errors.ts";
import type { QueueInspection } from "../simulator/index.ts";
import { escapeText } from "../text/index.ts";
import { CommandFailed } from "./command-failed.ts";
import { awaitRunning, command, endRunning, findRunning } from "./control-client.ts";
import { faultRequest } from "./fault-request.ts";
import { help, usageHint } from "./help.ts";
import { messagesTable, type QueueCounts, queuesTable } from "./inspect.ts";
import { parse, type Request } from "./parse.ts";
import type { Terminal } from "./terminal.ts";
import { up } from "./up.ts";
import { durationOf, portOf } from "./values.ts";

/**
 * Runs one command line. Resolves to the exit code: 0, 1 for what could not be done, 2 for a command line or a file that makes
 * no sense.
 */
export async function run(given: readonly string[], terminal: Terminal): Promise<number> {
  const parsed = parse(given);
  if ("help" in parsed) {
    terminal.print(help(parsed.help));
    return 0;
  }
  if ("problem" in parsed) {
    terminal.complain(`${parsed.problem}\n${usageHint(parsed.about)}`);
    return 2;
  }
  try {
    await perform(parsed.request, terminal);
    return 0;
  } catch (error) {
    if (!(error instanceof CommandFailed || error instanceof WakefulError)) throw error;
    // it may quote a file that somebody else wrote
    terminal.complain(error.message.split("\n").map(escapeText).join("\n"));
    return error instanceof CommandFailed ? error.exitCode : 1;
  }
}

async function perform({ command: name, parameters, options }: Request, terminal: Terminal): Promise<void> {
  const port = portOf(String(options["port"]));
  const [first = ""] = parameters;
  const ask = async (input: unknown) => command(await findRunning(port), name, input);
  switch (name) {
    case "up": {
      const { config, quiet, all } = options;
      const file = typeof config === "string" && { config };
      const strictPolicies = options["strict-policies"] === true;
      await up({ port, ...file, strictPolicies, quiet: quiet === true, all: all === true }, terminal);
      return;
    }
    case "env": {
      const { within } = options;
      const running =
        typeof within === "string" ? await awaitRunning(port, durationOf(within, "--within")) : await findRunning(port);
      const lines = Object.entries(running.env).map(([variable, value]) => `export ${variable}='${value}'`);
      // a profile would come before the keys; set to nothing it is one that boto3 does not find
      terminal.print(["unset AWS_PROFILE AWS_DEFAULT_PROFILE", ...lines].join("\n"));
      return;
    }
    case "down": {
      const running = await findRunning(port);
      await endRunning(running);
      terminal.print(`The simulator at ${running.url} has ended.`);
      return;
    }
    case "advance": {
      const { text } = (await ask({ by: durationOf(first, "advance") })) as { text: string };
      terminal.print(text);
      return;
    }
    case "fault": {
      const { text } = (await ask(faultRequest(parameters, options))) as { text: string };
      terminal.print(text);
      return;
    }
    case "inspect": {
      const one = parameters.length > 0;
      const { queues } = (await ask(one ? { queue: first } : {})) as { queues: unknown[] };
      if (options["json"] === true) terminal.print(JSON.stringify(queues, undefined, 2));
      else if (one) terminal.print((queues as QueueInspection[]).map(messagesTable).join("\n"));
      else terminal.print(queuesTable(queues as QueueCounts[]));
      return;
    }
  }
}
