import { type Command, type CommandName, commands } from "./commands.ts";

const all = commands as Readonly<Record<CommandName, Command>>;

/** The help text: of all commands, or of one. */
export function help(name?: CommandName): string {
  if (name !== undefined) return helpOf(name);
  const width = Math.max(...Object.keys(all).map((each) => each.length));
  const lines = Object.entries(all).map(([each, { summary }]) => `  ${each.padEnd(width)}  ${summary}`);
  return `Usage: wakeful <command> [options]\n\n${lines.join("\n")}\n\nwakeful <command> --help tells its options.\n`;
}

function helpOf(name: CommandName): string {
  const { summary, options, example } = all[name];
  const rows = Object.entries(options).map(([option, each]) => {
    const flag = `--${option}${each.value === undefined ? "" : ` <${each.value}>`}`;
    return [flag, `${each.description}${each.default === undefined ? "" : ` Default: ${each.default}.`}`] as const;
  });
  const width = Math.max(...rows.map(([flag]) => flag.length));
  const lines = rows.map(([flag, text]) => `  ${flag.padEnd(width)}  ${text}`);
  return `${summary}\n\nUsage: ${usage(name)}\n\n${lines.join("\n")}\n\nExample: ${example}\n`;
}

/** "wakeful advance <duration> [options]" */
function usage(name: CommandName): string {
  const parameters = all[name].parameters.map((each) => (each.endsWith("?") ? `[${each.slice(0, -1)}]` : `<${each}>`));
  return ["wakeful", name, ...parameters, "[options]"].join(" ");
}

/** The same as a page of the documentation. */
export function helpAsMarkdown(): string {
  const sections = (Object.keys(all) as CommandName[]).map((name) => {
    const { summary, options, example } = all[name];
    const rows = Object.entries(options).map(
      ([option, { value, description, default: otherwise }]) =>
        `| \`--${option}${value === undefined ? "" : ` <${value}>`}\` | ${description} | ${otherwise ?? ""} |`,
    );
    return [
      `## ${name}`,
      "",
      summary,
      "",
      "```sh",
      example,
      "```",
      "",
      `\`${usage(name)}\``,
      "",
      "| Option | | Default |",
      "| --- | --- | --- |",
      ...rows,
    ].join("\n");
  });
  return `${["# The program", "<!-- Written by `npm run docs` from src/cli/commands.ts. -->", ...sections].join("\n\n")}\n`;
}
