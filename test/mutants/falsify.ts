/**
 * Breaks the service and the harness, one fault at a time, each on a temporary copy, and lists which test turned red.
 * A fault that no test notices fails the command. `npm run falsify -- <text>` runs only those whose name contains the text.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { harnessMutants } from "./harness-mutants.ts";
import type { Mutant } from "./mutant.ts";
import { serviceMutants } from "./service-mutants.ts";

const root = join(import.meta.dirname, "../..");
const copied = ["src", "test", "docs", "examples", "package.json", "tsconfig.json", "vitest.config.ts"];
const atOnce = 2;
const longestRun = 120_000;

interface Outcome {
  readonly passed: number;
  readonly red: readonly string[];
  readonly problem?: string;
}

function makeCopy(): string {
  const copy = mkdtempSync(join(tmpdir(), "wakeful-mutant-"));
  for (const name of copied) {
    cpSync(join(root, name), join(copy, name), {
      recursive: true,
      filter: (path) => !/node_modules|fixtures|vitest-4/.test(path.slice(root.length)),
    });
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return copy;
}

function applyTo(copy: string, { file, find, replace, name }: Mutant): void {
  const path = join(copy, file);
  const text = readFileSync(path, "utf8");
  const places = text.split(find).length - 1;
  if (places !== 1) throw new Error(`"${name}": the text to replace stands ${places} times in ${file}`);
  writeFileSync(
    path,
    text.replace(find, () => replace),
  );
}

function run(folder: string, tests: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const output = join(folder, "result.json");
    const child = spawn(
      process.execPath,
      [
        join(root, "node_modules/vitest/vitest.mjs"),
        "run",
        ...tests,
        "--reporter=json",
        `--outputFile=${output}`,
        "--testTimeout=15000",
      ],
      {
        cwd: folder,
        stdio: "ignore",
      },
    );
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      child.kill("SIGKILL");
    }, longestRun);
    child.on("exit", (code) => {
      clearTimeout(timer);
      if (hung) {
        // a suite that no longer ends is noticed by whoever runs it
        resolve({ passed: 0, red: ["the run as a whole: it did not end"] });
        return;
      }
      try {
        const { testResults } = JSON.parse(readFileSync(output, "utf8")) as {
          testResults: {
            name: string;
            message: string;
            status: string;
            assertionResults: { status: string; fullName: string }[];
          }[];
        };
        const all = testResults.flatMap(({ assertionResults }) => assertionResults);
        const red = all.filter(({ status }) => status === "failed").map(({ fullName }) => fullName);
        // a file can be red without a test: its start, or its end
        for (const { status, message, assertionResults } of testResults) {
          if (status === "failed" && !assertionResults.some((each) => each.status === "failed"))
            red.push(message.split("\n")[0] ?? "a whole file");
        }
        if (red.length === 0 && code !== 0) red.push("the run as a whole");
        resolve({ passed: all.filter(({ status }) => status === "passed").length, red });
      } catch (error) {
        resolve({ passed: 0, red: [], problem: `the tests did not run (exit code ${code}): ${String(error)}` });
      }
    });
  });
}

async function falsify(mutant: Mutant | undefined, tests: readonly string[]): Promise<Outcome> {
  const copy = makeCopy();
  try {
    if (mutant !== undefined) applyTo(copy, mutant);
    const inExample = tests.every((path) => path.startsWith("test/") && !path.startsWith("test/conformance"));
    return await run(inExample ? join(copy, "examples/customers") : copy, tests);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const only = process.argv[2];
const mutants = [...serviceMutants, ...harnessMutants].filter(({ name }) => only === undefined || name.includes(only));
process.stdout.write(`${mutants.length} faults, each on a copy of its own\n\n`);

// a suite that is red without any fault would notice everything
for (const tests of new Set(mutants.map(({ tests: paths }) => paths.join(" ")))) {
  const { passed, red, problem } = await falsify(undefined, tests.split(" "));
  if (problem !== undefined || red.length > 0 || passed === 0) {
    process.stdout.write(`Without any fault, ${tests} is not green: ${problem ?? (red.join("; ") || "no test ran")}\n`);
    process.exit(2);
  }
}

const survivors: string[] = [];
const left = [...mutants];
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      const { red, problem } = await falsify(mutant, mutant.tests);
      if (red.length === 0) survivors.push(mutant.name);
      const what =
        red.length === 0
          ? `SURVIVED${problem === undefined ? "" : `: ${problem}`}`
          : `${red[0]}${red.length > 1 ? `, and ${red.length - 1} more` : ""}`;
      process.stdout.write(`${red.length === 0 ? "✗" : "✓"} ${mutant.name}\n    ${what}\n`);
    }
  }),
);
process.stdout.write(`\n${mutants.length - survivors.length} of ${mutants.length} faults were found\n`);
if (survivors.length > 0) {
  process.stdout.write(`Not found: ${survivors.join("; ")}\n`);
  process.exit(1);
}
