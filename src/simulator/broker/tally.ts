import type { MessageState } from "./message.ts";

/** How many messages of one trace a queue has in each state. */
export interface Counts {
  readonly delayed: number;
  readonly ready: number;
  readonly "in flight": number;
}

type Mutable = { -readonly [State in keyof Counts]: Counts[State] };

/** A queue's counts by trace id ("" for messages without one), kept up to date at each change, so that asking is cheap. */
export class Tally {
  readonly #total: Mutable = { ...none };
  readonly #untraced: Mutable = { ...none };
  readonly #traced = new Map<string, Counts>();

  /** Of all messages. Not a copy: it goes on changing. */
  get total(): Counts {
    return this.#total;
  }

  move(traceId: string, from: MessageState | undefined, to: MessageState): void {
    const left = from === "gone" ? undefined : from;
    const entered = to === "gone" ? undefined : to;
    change(this.#total, left, entered);
    if (traceId === "") {
      change(this.#untraced, left, entered);
      return;
    }
    const counts: Mutable = { ...(this.#traced.get(traceId) ?? none) };
    change(counts, left, entered);
    if (counts.delayed + counts.ready + counts["in flight"] === 0) this.#traced.delete(traceId);
    else this.#traced.set(traceId, sharedIfOne(counts));
  }

  /** Of all messages; or, with a trace id, of those that bear it or none. */
  sum(traceId?: string): Counts {
    if (traceId === undefined) return { ...this.#total };
    const traced = this.#traced.get(traceId) ?? none;
    return {
      delayed: this.#untraced.delayed + traced.delayed,
      ready: this.#untraced.ready + traced.ready,
      "in flight": this.#untraced["in flight"] + traced["in flight"],
    };
  }
}

const none: Counts = { delayed: 0, ready: 0, "in flight": 0 };
const one = {
  delayed: { ...none, delayed: 1 },
  ready: { ...none, ready: 1 },
  "in flight": { ...none, "in flight": 1 },
} satisfies Record<keyof Counts, Counts>;

/** Most traces have one message, and a million of them must fit. */
function sharedIfOne(counts: Counts): Counts {
  if (counts.delayed + counts.ready + counts["in flight"] > 1) return counts;
  return counts.ready === 1 ? one.ready : counts.delayed === 1 ? one.delayed : one["in flight"];
}

function change(counts: Mutable, left: keyof Counts | undefined, entered: keyof Counts | undefined): void {
  if (left !== undefined) counts[left]--;
  if (entered !== undefined) counts[entered]++;
}
