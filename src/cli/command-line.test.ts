import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { help, helpAsMarkdown } from "./help.ts";
import { parse } from "./parse.ts";

describe("the command line", () => {
  test("is a command, its parameters, and its options with their defaults", () => {
    expect(parse(["advance", "30s", "--port", "4000"])).toEqual({
      request: { command: "advance", parameters: ["30s"], options: { port: "4000" } },
    });
    expect(parse(["inspect"])).toEqual({
      request: { command: "inspect", parameters: [], options: { port: "4566" } },
    });
  });

  test.for([
    [["fly"], 'There is no command "fly". There are: up, '],
    [["inspct"], 'There is no command "inspct". Did you mean inspect? There are: '],
    [["constructor"], 'There is no command "constructor".'],
    [["--port", "1", "inspect"], "The command comes first: wakeful <command> --port 1 inspect"],
    [["advance"], "advance needs a duration."],
    [["inspect", "a", "b"], 'inspect does not know what to do with "b".'],
    [["up", "--prot", "1"], "up has no option --prot. It has: --port, --config, --strict-policies, --quiet, --all."],
    [["advance", "-5s"], "advance: -5s is negative, and time never goes back."],
    [["inspect", "-5"], "inspect has no option -5. It has: --port, --json."],
    [["up", "--port"], "--port needs a port."],
    [["up", "--port="], "--port needs a port."],
    [["up", "--port", "1", "--port", "2"], "--port is given twice."],
    [["up", "--quiet=yes"], "--quiet takes no value."],
  ] as const)("%j makes no sense, and says why", ([given, problem]) => {
    expect(parse(given)).toMatchObject({ problem: expect.stringContaining(problem) as string });
  });

  test("a value may begin with a dash", () => {
    expect(parse(["fault", "slow", "--by", "-5s"])).toMatchObject({ request: { options: { by: "-5s" } } });
  });

  test.for([
    [[], undefined],
    [["--help"], undefined],
    [["help"], undefined],
    [["help", "up"], "up"],
    [["up", "--help"], "up"],
    [["advance", "-h"], "advance"],
  ] as const)("%j asks for help", ([given, about]) => {
    expect(parse(given)).toEqual({ help: about });
  });
});

describe("help", () => {
  test("names every command, and every option of one", () => {
    expect(help()).toMatch(/up +Starts[^]*env +Prints[^]*advance +Moves[^]*inspect +Shows/);
    expect(help("advance")).toContain("Usage: wakeful advance <duration> [options]");
    expect(help("up")).toMatch(/--config <file> +A JSON file/);
    expect(help("fault")).toMatch(/On requests:\n[^]*slow +answers so much later; needs --by; takes --nth, --share/);
  });

  test("docs/cli.md is what the commands say: run `npm run docs` if not", () => {
    expect(readFileSync("docs/cli.md", "utf8")).toBe(helpAsMarkdown());
  });
});
