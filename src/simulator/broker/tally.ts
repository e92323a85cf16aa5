import type { MessageState } from "./message.ts";

/** How many messages of one trace a queue has in each state. */
export interface Counts {
  delayed: number;
  ready: number;
  "in flight": number;
}

/** A queue's counts by trace id ("" for messages without one), kept up to date at each change, so that asking is cheap. */
export class Tally {
  readonly #total: Counts = noCounts();
  readonly #counts = new Map<string, Counts>();

  /** Of all messages. Not a copy: it goes on changing. */
  get total(): Readonly<Counts> {
    return this.#total;
  }

  move(traceId: string, from: MessageState | undefined, to: MessageState): void {
    let counts = this.#counts.get(traceId);
    if (counts === undefined) this.#counts.set(traceId, (counts = noCounts()));
    if (from !== undefined && from !== "gone") {
      counts[from]--;
      this.#total[from]--;
    }
    if (to !== "gone") {
      counts[to]++;
      this.#total[to]++;
    }
    if (traceId === "") return;
    if (counts.delayed + counts.ready + counts["in flight"] === 0) this.#counts.delete(traceId);
  }

  /** Of all messages; or, with a trace id, of those that bear it or none. */
  sum(traceId?: string): Counts {
    if (traceId === undefined) return { ...this.#total };
    const sum = noCounts();
    const ids = traceId === "" ? [""] : [traceId, ""];
    for (const id of ids) {
      const counts = this.#counts.get(id);
      if (counts === undefined) continue;
      sum.delayed += counts.delayed;
      sum.ready += counts.ready;
      sum["in flight"] += counts["in flight"];
    }
    return sum;
  }
}

function noCounts(): Counts {
  return { delayed: 0, ready: 0, "in flight": 0 };
}
