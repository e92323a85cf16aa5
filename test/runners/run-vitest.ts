import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReportedFile, ReportedTest, RunReport } from "./reporter.ts";

const folder = import.meta.dirname;

/** A real run of Vitest on a small project. */
export interface VitestRun {
  readonly exitCode: number | null;
  readonly report: RunReport;
  /** What the project wrote with `log`, line by line. */
  readonly log: readonly string[];
  /** What Vitest printed. */
  readonly output: string;
  file(name: string): ReportedFile;
  test(name: string): ReportedTest;
}

/** Runs Vitest as a child process on a project in `fixtures/`, and waits for its end. */
export async function runVitest(
  vitest: string,
  project: string,
  options: {
    readonly config?: string;
    readonly arguments?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<VitestRun> {
  const temporary = mkdtempSync(join(tmpdir(), "wakeful-runner-"));
  try {
    const report = join(temporary, "report.json");
    const log = join(temporary, "log");
    const child = spawn(process.execPath, vitestArguments(vitest, project, options.config, options.arguments ?? []), {
      env: vitestEnvironment({ ...options.env, WAKEFUL_REPORT: report, WAKEFUL_LOG: log }),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    const [exitCode] = (await once(child, "close")) as [number | null];
    if (!existsSync(report)) throw new Error(`Vitest wrote no report. It printed:\n${output}`);
    return new FinishedRun(exitCode, JSON.parse(readFileSync(report, "utf8")) as RunReport, linesOf(log), output);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** The command line, for those who keep the process. */
export function vitestArguments(
  vitest: string,
  project: string,
  config = "../vitest.config.ts",
  more: readonly string[] = [],
): string[] {
  const root = join(folder, "fixtures", project);
  return [
    vitest,
    `--root=${root}`,
    `--config=${join(root, config)}`,
    `--reporter=${join(folder, "reporter.ts")}`,
    ...more,
  ];
}

/** This process's environment without what the Vitest around it has set. */
export function vitestEnvironment(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|NODE_ENV$|TEST$|NODE_V8_COVERAGE)/.test(name),
  );
  return { ...Object.fromEntries(inherited), ...more };
}

/** The lines of a log that may not be there yet. */
export function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [];
}

class FinishedRun implements VitestRun {
  readonly exitCode: number | null;
  readonly report: RunReport;
  readonly log: readonly string[];
  readonly output: string;

  constructor(exitCode: number | null, report: RunReport, log: readonly string[], output: string) {
    this.exitCode = exitCode;
    this.report = report;
    this.log = log;
    this.output = output;
  }

  file(name: string): ReportedFile {
    const file = this.report.files.find((candidate) => candidate.name === name);
    if (file === undefined) throw new Error(`No file ${name}; Vitest printed:\n${this.output}`);
    return file;
  }

  test(name: string): ReportedTest {
    const test = this.report.files.flatMap(({ tests }) => tests).find((candidate) => candidate.name === name);
    if (test === undefined) throw new Error(`No test ${name}; Vitest printed:\n${this.output}`);
    return test;
  }
}
