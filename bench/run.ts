/**
 * `npm run bench` measures, prints a table and writes JSON to bench/results/. `-- --check` holds the figures to their
 * budgets and fails when one is not kept. `-- --only start,journal` runs some of the benchmarks.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Figure, keepsBudget, readResult, resultsFolder, writeResult } from "./support/results.ts";

const { values } = parseArgs({ options: { check: { type: "boolean", default: false }, only: { type: "string" } } });
const all = ["start", "journal", "waiting", "customers", "simulator", "detection", "suite"];
const wanted = values.only?.split(",") ?? all;
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark ${unknown.join(", ")}. There are: ${all.join(", ")}\n`);
  process.exit(2);
}
const root = join(import.meta.dirname, "..");
const vitest = join(root, "node_modules/vitest/vitest.mjs");

function vitestRun(folder: string, parameters: readonly string[]): number {
  const before = performance.now();
  const { status } = spawnSync(process.execPath, [vitest, "run", ...parameters], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error(`vitest run ${parameters.join(" ")} failed with ${status}`);
  return performance.now() - before;
}

/** The whole customers suite as its own command runs it: starts of simulator and services included. */
function measureSuite(): void {
  const times = Array.from({ length: 5 }, () => vitestRun(join(root, "examples/customers"), [])).sort((a, b) => a - b);
  writeResult({
    benchmark: "suite",
    figures: [
      {
        name: "customers suite, `vitest run` as a whole process (isolate: false, one worker), median of 5",
        value: (times[2] as number) / 1_000,
        unit: "s",
        atMost: 5,
      },
    ],
    details: { times },
  });
}

mkdirSync(resultsFolder(), { recursive: true });
const figures: Figure[] = [];
for (const name of all.filter((each) => wanted.includes(each))) {
  process.stdout.write(`measuring ${name} …\n`);
  rmSync(join(resultsFolder(), `${name}.json`), { force: true });
  if (name === "suite") measureSuite();
  else vitestRun(join(root, "bench"), [`${name}.bench.ts`, "--execArgv=--expose-gc"]);
  figures.push(...readResult(name).figures);
}

const shown = (value: number | null) =>
  value === null ? "nothing" : Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(2);
let broken = 0;
process.stdout.write("\n");
for (const figure of figures) {
  const kept = keepsBudget(figure);
  if (kept === false) broken++;
  const budget =
    figure.atMost !== undefined
      ? `at most ${figure.atMost}`
      : figure.atLeast !== undefined
        ? `at least ${figure.atLeast.toLocaleString("en")}`
        : "";
  process.stdout.write(
    `${kept === undefined ? " " : kept ? "✓" : "✗"} ${figure.name.padEnd(86)} ${shown(figure.value).padStart(10)} ${figure.unit.padEnd(7)} ${budget}\n`,
  );
}
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
const machine = { node: process.version, processors: cpus().length, model: cpus()[0]?.model ?? "unknown" };
writeFileSync(join(resultsFolder(), "all.json"), `${JSON.stringify({ version, machine, figures }, undefined, 2)}\n`);
process.stdout.write(`\nwritten to bench/results/all.json\n`);
if (values.check && broken > 0) {
  process.stdout.write(`${broken} of the budgets are not kept\n`);
  process.exit(1);
}
