import { parseArgs } from "node:util";
import { type Command, type CommandName, commands } from "./commands.ts";

/** What the user asked for. */
export interface Request {
  readonly command: CommandName;
  readonly parameters: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

/** Reads the command line. Returns the request, "help" (with the command, where one was named), or what is wrong with it. */
export function parse(
  given: readonly string[],
): { readonly request: Request } | { readonly help: CommandName | undefined } | { readonly problem: string } {
  const [name, ...rest] = given;
  const wantsHelp = given.some((word) => word === "--help" || word === "-h");
  if (name === undefined || name === "help" || (wantsHelp && !isCommand(name))) {
    const [about] = rest;
    return { help: about !== undefined && isCommand(about) ? about : undefined };
  }
  if (!isCommand(name)) return { problem: `There is no command "${name}".` };
  if (wantsHelp) return { help: name };
  const { options, parameters }: Command = commands[name];
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({
      args: rest,
      allowPositionals: true,
      options: Object.fromEntries(
        Object.entries(options).map(([option, { type, default: otherwise }]) => [
          option,
          { type, ...(otherwise !== undefined && { default: otherwise }) },
        ]),
      ),
    });
  } catch (error) {
    return { problem: (error as Error).message };
  }
  const { positionals, values } = parsed;
  const required = parameters.filter((parameter) => !parameter.endsWith("?"));
  const missing = required[positionals.length];
  if (missing !== undefined) return { problem: `${name} needs a ${missing}.` };
  const extra = positionals[parameters.length];
  if (extra !== undefined) return { problem: `${name} does not know what to do with "${extra}".` };
  return {
    request: {
      command: name,
      parameters: positionals,
      options: values as Readonly<Record<string, string | boolean | undefined>>,
    },
  };
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}
