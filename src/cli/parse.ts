import { parseArgs } from "node:util";
import { type Command, type CommandName, commands } from "./commands.ts";
import { unknownName } from "./names.ts";

/** What the user asked for. */
export interface Request {
  readonly command: CommandName;
  readonly parameters: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

/** What is wrong with a command line, and with the use of which command, where that is known. */
interface Problem {
  readonly problem: string;
  readonly about?: CommandName;
}

/** Reads the command line. Returns the request, "help" (with the command, where one was named), or what is wrong with it. */
export function parse(
  given: readonly string[],
): { readonly request: Request } | { readonly help: CommandName | undefined } | Problem {
  const [name, ...rest] = given;
  const wantsHelp = given.some((word) => word === "--help" || word === "-h");
  if (name === undefined || name === "help" || (wantsHelp && !isCommand(name))) {
    const [about] = rest;
    return { help: about !== undefined && isCommand(about) ? about : undefined };
  }
  if (name.startsWith("-")) return { problem: `The command comes first: wakeful <command> ${given.join(" ")}` };
  if (!isCommand(name)) return { problem: unknownName("command", name, Object.keys(commands)) };
  if (wantsHelp) return { help: name };
  const request = requestOf(name, rest);
  return typeof request === "string" ? { problem: request, about: name } : { request };
}

function requestOf(name: CommandName, words: readonly string[]): Request | string {
  const { options: known, parameters }: Command = commands[name];
  const options: Record<string, string | boolean> = {};
  for (const [option, { default: otherwise }] of Object.entries(known)) {
    if (otherwise !== undefined) options[option] = otherwise;
  }
  const { tokens, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    // what is wrong is told in words of our own
    strict: false,
    tokens: true,
    options: Object.fromEntries(Object.entries(known).map(([option, { type }]) => [option, { type }])),
  });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const { name: option, rawName, value, index } = token;
    const it = Object.hasOwn(known, option) ? known[option] : undefined;
    if (it === undefined && parameters.includes("duration") && /^-[\d.]/.test(words[index] ?? "")) {
      return `${name}: ${words[index]} is negative, and time never goes back.`;
    }
    if (it === undefined) return `${name} has no option ${rawName}. It has: ${flags(known)}.`;
    if (seen.has(option)) return `${rawName} is given twice.`;
    seen.add(option);
    if (it.type === "boolean" && value !== undefined) return `${rawName} takes no value.`;
    if (it.type === "string" && (value === undefined || value === "")) return `${rawName} needs a ${it.value}.`;
    options[option] = value ?? true;
  }
  const required = parameters.filter((parameter) => !parameter.endsWith("?"));
  const missing = required[positionals.length];
  if (missing !== undefined) return `${name} needs a ${missing}.`;
  const extra = positionals[parameters.length];
  if (extra !== undefined) return `${name} does not know what to do with "${extra}".`;
  return { command: name, parameters: positionals, options };
}

function flags(options: Command["options"]): string {
  return Object.keys(options)
    .map((option) => `--${option}`)
    .join(", ");
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}
