import type { InjectedFaultFailure } from "../contracts/index.ts";
import type { NoteEntry, Stamped } from "../journal/index.ts";
import type { InjectedFaultEvidence } from "../report/index.ts";

const hitsKept = 20;

/** The injected faults that a scope has to do with: made while it was open, or hitting something that may be its own. */
export class InjectedFaults {
  /** By id, or by name where they have none: two may have the same name. */
  readonly #faults = new Map<string, InjectedFaultEvidence>();
  #failures: InjectedFaultFailure[] = [];

  /** `offset`: milliseconds since the scope began. */
  add({ sequence, fault }: Stamped<NoteEntry>, offset: number): void {
    if (fault === undefined) return;
    const { name, id = name, event, text } = fault;
    // that another scope's fault was undone is nothing to this one
    if (event === "undone") return;
    const known = this.#known(id, name);
    if (event === "hit") {
      const hits = known.hits.length < hitsKept ? [...known.hits, { sequence, offset, text }] : known.hits;
      this.#faults.set(id, { ...known, count: known.count + 1, hits });
    } else this.#faults.set(id, event === "broken" ? { ...known, problem: text } : known);
  }

  /** One of the scope's own proves nothing. */
  fail(failure: InjectedFaultFailure): void {
    const { name, id = name, why, text, passed, awaited } = failure;
    const problem = why === "it missed" ? `missed: ${text}` : text;
    this.#faults.set(id, { ...this.#known(id, name), problem, passed, awaited });
    this.#failures.push(failure);
  }

  /** What the scope fails by; each is given out once. */
  takeFailures(): readonly InjectedFaultFailure[] {
    const failures = this.#failures;
    this.#failures = [];
    return failures;
  }

  evidence(): readonly InjectedFaultEvidence[] {
    return [...this.#faults.values()];
  }

  /** Those that hit something: "drop on queue orders, number 1 (1 hit)". */
  hit(): readonly string[] {
    return [...this.#faults.values()].flatMap(({ name, count }) =>
      count === 0 ? [] : [`${name} (${count} ${count === 1 ? "hit" : "hits"})`],
    );
  }

  #known(id: string, name: string): InjectedFaultEvidence {
    return this.#faults.get(id) ?? { name, count: 0, hits: [] };
  }
}
