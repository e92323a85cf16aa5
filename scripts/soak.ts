/**
 * `npm run soak -- 200` runs the customers suite so many times, shuffled with a new seed each, while another process keeps
 * every processor busy. Prints each failure with its seed, and the smallest margins that waits had to their deadlines.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";

const runs = Number(process.argv[2] ?? 20);
if (!Number.isInteger(runs) || runs < 1) throw new Error("npm run soak -- <how many runs>");
const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "wakeful-soak-"));
const marginsFile = join(folder, "margins");
/** The suite that is running. */
let running: ChildProcess | undefined;

interface Margin {
  readonly test: string;
  readonly what: string;
  readonly took: number;
  readonly within: number;
}

function run(seed: number): Promise<{ failed: readonly string[]; took: number }> {
  const output = join(folder, "result.json");
  rmSync(output, { force: true });
  const before = performance.now();
  const parameters = [
    "run",
    "--sequence.shuffle",
    `--sequence.seed=${seed}`,
    "--reporter=json",
    `--outputFile=${output}`,
  ];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), ...parameters], {
      cwd: join(root, "examples/customers"),
      stdio: "ignore",
      env: { ...process.env, WAKEFUL_MARGINS: marginsFile },
    });
    running = child;
    child.on("exit", (code) => {
      const took = performance.now() - before;
      try {
        const { testResults } = JSON.parse(readFileSync(output, "utf8")) as {
          testResults: {
            message: string;
            assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
          }[];
        };
        const failed = testResults.flatMap(({ message, assertionResults }) => [
          ...(message === "" ? [] : [message]),
          ...assertionResults
            .filter(({ status }) => status === "failed")
            .map(({ fullName, failureMessages }) => `${fullName}\n${failureMessages.join("\n")}`),
        ]);
        resolve({ failed: failed.length === 0 && code !== 0 ? [`exit code ${code}`] : failed, took });
      } catch (error) {
        resolve({ failed: [`the suite did not run: ${String(error)}`], took });
      }
    });
  });
}

// one busy loop for each processor, in processes of their own
const burners: ChildProcess[] = cpus().map(() => spawn(process.execPath, ["--eval", "for (;;);"], { stdio: "ignore" }));
/** Nothing is left behind, however this ends. */
function cleanUp(): void {
  for (const burner of burners) burner.kill("SIGKILL");
  running?.kill("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
}
for (const [signal, number] of [
  ["SIGINT", 2],
  ["SIGTERM", 15],
  ["SIGHUP", 1],
] as const) {
  process.once(signal, () => {
    cleanUp();
    process.exit(128 + number);
  });
}
let failures = 0;
const times: number[] = [];
try {
  for (let number = 1; number <= runs; number++) {
    const seed = Math.floor(Math.random() * 1e9);
    const { failed, took } = await run(seed);
    times.push(took);
    if (failed.length > 0) failures++;
    for (const failure of failed) process.stdout.write(`run ${number}, seed ${seed}: ${failure}\n`);
    if (number % 10 === 0 || number === runs) process.stdout.write(`${number} of ${runs} runs, ${failures} failed\n`);
  }
  report();
} finally {
  cleanUp();
}
process.exitCode = failures === 0 ? 0 : 1;

function report(): void {
  const margins = (existsSync(marginsFile) ? readFileSync(marginsFile, "utf8") : "")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Margin)
    .sort((a, b) => (a.within - a.took) / a.within - (b.within - b.took) / b.within);
  times.sort((a, b) => a - b);
  process.stdout.write(
    `\n${runs} runs, ${failures} failed; a run took ${((times[Math.floor(times.length / 2)] as number) / 1_000).toFixed(1)} s (median), ${((times.at(-1) as number) / 1_000).toFixed(1)} s at most\n`,
  );
  process.stdout.write(`${margins.length} waits; the smallest margins to their deadlines:\n`);
  for (const { test, what, took, within } of margins.slice(0, 10)) {
    process.stdout.write(
      `  ${(((within - took) / within) * 100).toFixed(0).padStart(3)} % left: ${what} took ${took.toFixed(0)} of ${within} ms (${test})\n`,
    );
  }
}
