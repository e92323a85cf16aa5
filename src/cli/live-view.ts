import type { Activity } from "../simulator/index.ts";
import { type Clock, systemClock } from "../time/index.ts";
import { trafficLine } from "./traffic.ts";

const window = 1_000;
const shownOfAKind = 20;
const groupsTold = 5;

export interface LiveViewOptions {
  /** Shows every line, whatever the traffic. */
  readonly all: boolean;
  readonly clock?: Clock;
}

/**
 * The traffic as lines that a person can follow: of each kind of thing the first ones within a second, the others counted at
 * its end, so that a terminal that is slow does not hold up the simulator. A burst of messages hides no refused request and no
 * fault; a burst of these is cut as well.
 */
export class LiveView implements Disposable {
  readonly #print: (line: string) => void;
  readonly #all: boolean;
  readonly #clock: Clock;
  readonly #shown = new Map<Activity["what"], number>();
  /** What was left out: how many of "accepted on orders". */
  readonly #leftOut = new Map<string, number>();
  #latest = 0;
  #end: Disposable | undefined;

  constructor(print: (line: string) => void, { all, clock = systemClock }: LiveViewOptions) {
    this.#print = print;
    this.#all = all;
    this.#clock = clock;
  }

  show(activity: Activity): void {
    if (!this.#all && !this.#hasRoom(activity)) return;
    this.#print(trafficLine(activity));
  }

  [Symbol.dispose](): void {
    this.#endWindow();
  }

  #hasRoom({ what, queue, at }: Activity): boolean {
    this.#end ??= this.#clock.timer(
      window,
      () => {
        this.#endWindow();
      },
      { hold: false },
    );
    const count = (this.#shown.get(what) ?? 0) + 1;
    this.#shown.set(what, count);
    if (count <= shownOfAKind) return true;
    const group = queue === undefined ? what : `${what} on ${queue}`;
    this.#leftOut.set(group, (this.#leftOut.get(group) ?? 0) + 1);
    this.#latest = at;
    return false;
  }

  #endWindow(): void {
    this.#end?.[Symbol.dispose]();
    this.#end = undefined;
    this.#shown.clear();
    if (this.#leftOut.size === 0) return;
    this.#print(trafficLine({ what: "not shown", at: this.#latest, detail: this.#summary() }));
    this.#leftOut.clear();
  }

  /** "4,960 accepted on orders, 12 deleted on orders" */
  #summary(): string {
    const groups = [...this.#leftOut].toSorted(([, a], [, b]) => b - a);
    const rest = groups.slice(groupsTold).reduce((sum, [, count]) => sum + count, 0);
    const told = groups.slice(0, groupsTold).map(([group, count]) => `${count.toLocaleString("en")} ${group}`);
    return [...told, ...(rest > 0 ? [`${rest.toLocaleString("en")} others`] : [])].join(", ");
  }
}
