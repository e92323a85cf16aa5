/**
 * The simulator by an unmodified boto3, as a Python developer gets to it: `wakeful up`, the environment that `wakeful env`
 * prints and nothing else, `wakeful advance`. The cases are in the Python files beside this one.
 */
import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pythonWithBoto3 } from "../support/python.ts";

const main = join(import.meta.dirname, "../../src/cli/main.ts");
const python = pythonWithBoto3();
const patience = 120_000;
let home: string;
let program: ChildProcess | undefined;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "wakeful-boto3-"));
});
afterAll(() => {
  program?.kill("SIGKILL");
  rmSync(home, { recursive: true });
});

const ownEnvironment = () => ({ PATH: process.env["PATH"], HOME: home });

/** Starts a simulator on a free port; resolves to that port. */
async function up(): Promise<string> {
  const child = spawn(process.execPath, [main, "up", "--port", "0"], { env: ownEnvironment() });
  program = child;
  let output = "";
  return await new Promise((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const port = /listens on http:\/\/127\.0\.0\.1:(\d+)[^]*Ctrl-C/.exec(output)?.[1];
      if (port !== undefined) resolve(port);
    });
    child.once("close", () => {
      reject(new Error(`it ended and printed:\n${output}`));
    });
  });
}

/** What `eval "$(npx wakeful env)"` sets. */
function environmentOf(port: string): Record<string, string> {
  const { stdout } = spawnSync(process.execPath, [main, "env", "--port", port], {
    env: ownEnvironment(),
    encoding: "utf8",
  });
  return Object.fromEntries(
    [...stdout.matchAll(/^export (\w+)='([^']*)'$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
}

test("the suite in Python passes", { timeout: patience }, async ({ skip }) => {
  if (python === undefined) skip("needs a python3 with boto3, or WAKEFUL_PYTHON to name one");
  const port = await up();
  const env = {
    ...ownEnvironment(),
    ...environmentOf(port),
    WAKEFUL_ADVANCE: JSON.stringify([process.execPath, main, "advance", "--port", port]),
    PYTHONDONTWRITEBYTECODE: "1",
  };
  const { code, output } = await new Promise<{ code: number | null; output: string }>((resolve) => {
    const run = ["-m", "unittest", "discover", "--start-directory", import.meta.dirname];
    const child = execFile(python ?? "", run, { env }, (_, stdout, stderr) => {
      resolve({ code: child.exitCode, output: stdout + stderr });
    });
  });
  expect(output).toMatch(/^Ran [1-9]\d* tests in [^]*\nOK\n$/m);
  expect(code).toBe(0);
});
