import { type Command, type CommandName, commands } from "./commands.ts";
import { type FaultKind, optionsOf } from "./fault-kinds.ts";

const all = commands as Readonly<Record<CommandName, Command>>;

/** The help text: of all commands, or of one. */
export function help(name?: CommandName): string {
  if (name !== undefined) return helpOf(name);
  const rows = Object.entries(all).map(([each, { summary }]) => [each, summary] as const);
  return `Usage: wakeful <command> [options]\n\n${columns(rows)}\n\nwakeful <command> --help tells its options, wakeful --version the version.\n`;
}

/** What follows a complaint about a command line: how the command is used. */
export function usageHint(name?: CommandName): string {
  if (name === undefined) return "npx wakeful --help tells what they do.";
  return `Usage: ${usage(name)}\nnpx wakeful ${name} --help tells more.`;
}

function helpOf(name: CommandName): string {
  const { summary, options, kinds = {}, example } = all[name];
  const rows = Object.entries(options).map(([option, each]) => {
    const flag = `--${option}${each.value === undefined ? "" : ` <${each.value}>`}`;
    return [flag, `${each.description}${each.default === undefined ? "" : ` Default: ${each.default}.`}`] as const;
  });
  const sections = groups(kinds).map(
    ([title, each]) => `${title}:\n${columns(each.map(([kind, it]) => [kind, kindText(it)]))}\n\n`,
  );
  return `${summary}\n\nUsage: ${usage(name)}\n\n${sections.join("")}Options:\n${columns(rows)}\n\nExample: ${example}\n`;
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`).join("\n");
}

/** The kinds of fault, by what they are put on. */
function groups(kinds: NonNullable<Command["kinds"]>): [string, [string, FaultKind][]][] {
  const titles = [
    ["messages", "On the messages of a queue or topic"],
    ["requests", "On requests"],
    ["faults", "Of those in force"],
  ] as const;
  return titles
    .map(([on, title]): [string, [string, FaultKind][]] => [
      title,
      Object.entries(kinds).filter(([, each]) => each.on === on),
    ])
    .filter(([, each]) => each.length > 0);
}

/** "lets them arrive so much later; needs --by" */
function kindText(kind: FaultKind): string {
  const { does, needs = [], takes } = kind;
  const needed = needs.map((option) => `--${option}`).join(", ");
  const taken = optionsOf({ ...kind, needs: [] });
  return [does, needed && `needs ${needed}`, takes.length > 0 && `takes ${taken}`].filter(Boolean).join("; ");
}

/** "wakeful advance <duration> [options]" */
function usage(name: CommandName): string {
  const parameters = all[name].parameters.map((each) => (each.endsWith("?") ? `[${each.slice(0, -1)}]` : `<${each}>`));
  return ["wakeful", name, ...parameters, "[options]"].join(" ");
}

/** The same as a page of the documentation. */
export function helpAsMarkdown(): string {
  const sections = (Object.keys(all) as CommandName[]).map((name) => {
    const { summary, options, kinds = {}, example } = all[name];
    const rows = Object.entries(options).map(
      ([option, { value, description, default: otherwise }]) =>
        `| \`--${option}${value === undefined ? "" : ` <${value}>`}\` | ${description} | ${otherwise ?? ""} |`,
    );
    const kindTables = groups(kinds).flatMap(([title, each]) => [
      `| ${title} | | Options |`,
      "| --- | --- | --- |",
      ...each.map(([kind, { does, needs = [], takes }]) => {
        const flags = [...needs.map((option) => `**\`--${option}\`**`), ...takes.map((option) => `\`--${option}\``)];
        return `| \`${kind}\` | ${does} | ${flags.join(" ")} |`;
      }),
      "",
    ]);
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
      ...kindTables,
      "| Option | | Default |",
      "| --- | --- | --- |",
      ...rows,
    ].join("\n");
  });
  return `${[title, written, introduction, ...sections].join("\n\n")}\n`;
}

const title = "# The program";
const written = "<!-- Written by `npm run docs` from src/cli. -->";
const introduction = `All commands of \`npx wakeful\`. [Services in any language](any-language.md) shows them at work.

Exit codes: 0, done; 1, it could not be done now (no simulator runs, the port is taken); 2, the command line or the file makes no
sense, and the same would fail again. What went wrong is written to standard error.

An option in bold cannot be left out. \`--nth\` and \`--share\` exclude each other.`;
