import { inspect } from "node:util";

const distinctKept = 50;
const longestKey = 1_000;

/** One result of looks, and how often it came running. */
export interface Seen {
  readonly result: unknown;
  times: number;
}

/** What the looks of a wait saw: results that repeat are counted, the first and the latest are kept. */
export class ValueHistory {
  readonly #seen: (Seen & { readonly key: string })[] = [];
  #count = 0;
  #first: unknown;
  #last: unknown;

  add(result: unknown): void {
    if (this.#count === 0) this.#first = result;
    this.#last = result;
    this.#count++;
    const key = keyOf(result);
    const latest = this.#seen.at(-1);
    if (latest?.key === key) latest.times++;
    else {
      this.#seen.push({ key, result, times: 1 });
      // the first stays: it often tells more than what followed
      if (this.#seen.length > distinctKept) this.#seen.splice(1, 1);
    }
  }

  get count(): number {
    return this.#count;
  }

  get first(): unknown {
    return this.#first;
  }

  get last(): unknown {
    return this.#last;
  }

  /** Distinct runs of results in order. */
  get runs(): readonly Seen[] {
    return this.#seen.map(({ result, times }) => ({ result, times }));
  }
}

function keyOf(result: unknown): string {
  if (result instanceof Error) return `${result.name}: ${result.message}`.slice(0, longestKey);
  return inspect(result, { depth: 3, maxArrayLength: 20, maxStringLength: 200, breakLength: Infinity }).slice(
    0,
    longestKey,
  );
}
