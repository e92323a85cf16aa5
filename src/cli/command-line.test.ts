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
    [["fly"], 'no command "fly"'],
    [["constructor"], 'no command "constructor"'],
    [["advance"], "advance needs a duration"],
    [["inspect", "a", "b"], 'what to do with "b"'],
    [["up", "--prot", "1"], "--prot"],
    [["up", "--port"], "--port"],
  ] as const)("%j makes no sense, and says why", ([given, problem]) => {
    expect(parse(given)).toEqual({ problem: expect.stringContaining(problem) as string });
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
  });

  test("docs/cli.md is what the commands say: run `npm run docs` if not", () => {
    expect(readFileSync("docs/cli.md", "utf8")).toBe(helpAsMarkdown());
  });
});
