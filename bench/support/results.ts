import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = new URL("../results/", import.meta.url);

/** One figure of a benchmark, with the budget that it is held to, if any. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The value must be at most (or at least) this. */
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** What one benchmark leaves behind. */
export interface Result {
  readonly benchmark: string;
  readonly figures: readonly Figure[];
  /** Anything else worth keeping: raw medians, settings. */
  readonly details?: unknown;
}

export function writeResult(result: Result): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${result.benchmark}.json`, folder), `${JSON.stringify(result, undefined, 2)}\n`);
}

export function readResult(benchmark: string): Result {
  return JSON.parse(readFileSync(new URL(`${benchmark}.json`, folder), "utf8")) as Result;
}

/** Whether a figure keeps its budget; undefined when it has none. */
export function keepsBudget({ value, atMost, atLeast }: Figure): boolean | undefined {
  // what could not be measured is NaN, which JSON has no form for but null
  if (!Number.isFinite(value)) return atMost === undefined && atLeast === undefined ? undefined : false;
  if (atMost !== undefined) return value <= atMost;
  if (atLeast !== undefined) return value >= atLeast;
  return undefined;
}

export function resultsFolder(): string {
  return join(import.meta.dirname, "..", "results");
}
