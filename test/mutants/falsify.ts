/**
 * Breaks the service and the harness, one fault at a time, each on a temporary copy, and lists which test turned red.
 * A fault counts as found when a test of the files that are named for it ran and failed: not when a file could not be loaded,
 * nor when the run hung, unless that is what the fault does. One that is not found fails the command.
 * `npm run falsify -- <text>` runs only those whose name or file contains it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { allMutants } from "./all-mutants.ts";
import type { Mutant } from "./mutant.ts";

const root = join(import.meta.dirname, "../..");
const copied = ["src", "test", "examples", "docs", "package.json", "tsconfig.json", "vitest.config.ts"];
const atOnce = 2;
// eight tests that each wait for their time-out take two minutes
const longestRun = 240_000;
const example = "examples/customers/";
const didNotEnd = "the run as a whole did not end";

interface Outcome {
  readonly passed: number;
  /** The tests that ran and failed. */
  readonly red: readonly string[];
  /** What keeps the run from counting: it hung, a file could not be loaded, nothing ran. */
  readonly problem?: string;
}

/** What Vitest's JSON reporter writes, as far as it matters here. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function makeCopy(): string {
  // reports name files by their real paths
  const copy = realpathSync(mkdtempSync(join(tmpdir(), "wakeful-mutant-")));
  for (const name of copied) {
    cpSync(join(root, name), join(copy, name), {
      recursive: true,
      filter: (path) => !/node_modules|fixtures|vitest-4/.test(path.slice(root.length)),
    });
  }
  for (const name of ["node_modules", "dist"]) symlinkSync(join(root, name), join(copy, name));
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

/** Runs that are under way, each with all that its tests start: a fault may leave processes behind. */
const running = new Set<ChildProcess>();
process.on("exit", () => running.forEach(endGroup));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // nobody of it is left
  }
}

function run(folder: string, tests: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const output = join(folder, "result.json");
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const options = ["--reporter=json", `--outputFile=${output}`, "--testTimeout=15000"];
    const child = spawn(process.execPath, [vitest, "run", ...tests, ...options], {
      cwd: folder,
      stdio: "ignore",
      detached: true,
    });
    running.add(child);
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      endGroup(child);
    }, longestRun);
    child.on("exit", (code) => {
      clearTimeout(timer);
      endGroup(child);
      running.delete(child);
      if (hung) {
        resolve({ passed: 0, red: [], problem: didNotEnd });
        return;
      }
      try {
        const report = JSON.parse(readFileSync(output, "utf8")) as Report;
        resolve(outcomeOf(report, (path) => tests.some((each) => path.startsWith(join(folder, each))), code));
      } catch (error) {
        resolve({ passed: 0, red: [], problem: `the tests did not run (exit code ${code}): ${String(error)}` });
      }
    });
  });
}

function outcomeOf({ testResults }: Report, isNamed: (path: string) => boolean, code: number | null): Outcome {
  const red: string[] = [];
  const problems: string[] = [];
  let passed = 0;
  for (const { name, status, message, assertionResults } of testResults) {
    const failed = assertionResults.filter((each) => each.status === "failed");
    const green = assertionResults.filter((each) => each.status === "passed").length;
    passed += green;
    if (!isNamed(name)) problems.push(`${name} ran, and is not named`);
    else if (failed.length > 0) red.push(...failed.map(({ fullName }) => fullName));
    else if (status === "failed" && green > 0) red.push(`the end of ${basename(name)}: ${firstLine(message)}`);
    else if (status === "failed") problems.push(`${basename(name)} did not load or start: ${firstLine(message)}`);
  }
  if (red.length === 0 && problems.length === 0 && code !== 0) problems.push(`exit code ${code}, and no test is red`);
  return { passed, red, ...(problems.length > 0 && { problem: problems.join("; ") }) };
}

function firstLine(message: string): string {
  return message.split("\n")[0] ?? "";
}

async function falsify(mutant: Mutant | undefined, tests: readonly string[]): Promise<Outcome> {
  const copy = makeCopy();
  try {
    if (mutant !== undefined) applyTo(copy, mutant);
    // the example is a package of its own, with its own configuration
    const inExample = tests.every((path) => path.startsWith(example));
    return inExample
      ? await run(
          join(copy, example),
          tests.map((path) => path.slice(example.length)),
        )
      : await run(copy, tests);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const only = process.argv[2];
const mutants = allMutants.filter(({ name, file }) => only === undefined || name.includes(only) || file.includes(only));
process.stdout.write(`${mutants.length} faults, each on a copy of its own\n\n`);

// a suite that is red without any fault would notice everything
for (const tests of new Set(mutants.map(({ tests: paths }) => paths.join(" ")))) {
  const { passed, red, problem } = await falsify(undefined, tests.split(" "));
  if (problem !== undefined || red.length > 0 || passed === 0) {
    process.stdout.write(`Without any fault, ${tests} is not green: ${problem ?? (red.join("; ") || "no test ran")}\n`);
    process.exit(2);
  }
}

const notFound: string[] = [];
const left = [...mutants];
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      const { red, problem } = await falsify(mutant, mutant.tests);
      const hung = mutant.mayHang === true && problem === didNotEnd;
      const found = hung || red.length > 0;
      if (!found) notFound.push(mutant.name);
      const which = red.length > 1 ? `${red[0]}, and ${red.length - 1} more` : red[0];
      const lines = [which, problem, found || problem !== undefined ? undefined : "every test is green"];
      process.stdout.write(
        `${found ? "✓" : "✗"} ${mutant.name}\n${lines.flatMap((line) => (line === undefined ? [] : `    ${line}\n`)).join("")}`,
      );
    }
  }),
);
process.stdout.write(`\n${mutants.length - notFound.length} of ${mutants.length} faults were found\n`);
if (notFound.length > 0) {
  process.stdout.write(`Not found: ${notFound.join("; ")}\n`);
  process.exit(1);
}
