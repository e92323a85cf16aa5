import { describeResult } from "./describe-result.ts";
import { isError } from "./is-error.ts";

const runsKept = 50;
const longestKey = 1_000;

/** One result of looks, and how many looks running had it. */
export interface Seen {
  readonly result: unknown;
  readonly times: number;
}

/**
 * What the looks of a wait saw, in order: equal results that follow each other are one run with a count. Bounded: of more
 * than 50 runs the first and the latest are kept. Values are kept as they were when they were seen.
 */
export class ValueHistory {
  readonly #runs: { readonly key: string; readonly result: unknown; times: number }[] = [];
  #count = 0;

  add(result: unknown): void {
    this.#count++;
    const key = keyOf(result);
    const latest = this.#runs.at(-1);
    if (latest?.key === key) latest.times++;
    else {
      this.#runs.push({ key, result: snapshot(result), times: 1 });
      // the first stays: it often tells more than what followed
      if (this.#runs.length > runsKept) this.#runs.splice(1, 1);
    }
  }

  /** How many results were added. */
  get count(): number {
    return this.#count;
  }

  get first(): unknown {
    return this.#runs[0]?.result;
  }

  get last(): unknown {
    return this.#runs.at(-1)?.result;
  }

  /** Distinct runs of results in order. */
  get runs(): readonly Seen[] {
    return this.#runs.map(({ result, times }) => ({ result, times }));
  }
}

/** What two results have in common when they count as equal. Of errors all of the message: its first line often repeats. */
function keyOf(result: unknown): string {
  const text = describeResult(result, longestKey);
  return isError(result) ? `${text} ${result.message}`.slice(0, longestKey) : `${typeof result} ${text}`;
}

/** A probe may return the same object each time, changed meanwhile. Errors stay themselves: one of them becomes the cause. */
function snapshot(result: unknown): unknown {
  if (typeof result !== "object" || result === null || isError(result)) return result;
  try {
    return structuredClone(result);
  } catch {
    // functions, streams and the like cannot be copied: better the live object than nothing
    return result;
  }
}
