import type { MessageState } from "./message.ts";

/** How many messages of one trace a queue has in each state. */
export interface Counts {
  delayed: number;
  ready: number;
  "in flight": number;
}

/** A queue's counts by trace id ("" for messages without one), kept up to date at each change, so that asking is cheap. */
export class Tally {
  readonly #counts = new Map<string, Counts>();

  move(traceId: string, from: MessageState | undefined, to: MessageState): void {
    let counts = this.#counts.get(traceId);
    if (counts === undefined) this.#counts.set(traceId, (counts = { delayed: 0, ready: 0, "in flight": 0 }));
    if (from !== undefined && from !== "gone") counts[from]--;
    if (to !== "gone") counts[to]++;
    if (counts.delayed + counts.ready + counts["in flight"] === 0) this.#counts.delete(traceId);
  }

  /** Of all messages; or, with a trace id, of those that bear it or none. */
  sum(traceId?: string): Counts {
    const sum: Counts = { delayed: 0, ready: 0, "in flight": 0 };
    const add = (counts: Counts | undefined) => {
      if (counts === undefined) return;
      sum.delayed += counts.delayed;
      sum.ready += counts.ready;
      sum["in flight"] += counts["in flight"];
    };
    if (traceId === undefined) for (const counts of this.#counts.values()) add(counts);
    else {
      add(this.#counts.get(traceId));
      if (traceId !== "") add(this.#counts.get(""));
    }
    return sum;
  }
}
