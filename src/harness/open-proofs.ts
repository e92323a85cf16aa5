import type { VerdictError } from "../errors.ts";
import type { ScopeCore } from "./scope-core.ts";
import type { ScopedEvent } from "./received-event.ts";

/** A proof of absence that a later event may still contradict. */
export interface OpenProof {
  readonly scope: ScopeCore;
  /** "none on topic customer--created". */
  readonly what: string;
  readonly channel: string;
  /** Whether any event at all contradicts it. */
  readonly any: boolean;
  /** When the verdict fell, monotonic. */
  readonly at: number;
  readonly accepts: (event: ScopedEvent) => boolean;
  readonly contradicted: (event: ScopedEvent) => VerdictError;
}

/**
 * Proofs stay open until the harness closes. An event that came after one, matches it and was not claimed by a later wait
 * of the same scope (which would mean that the test went on and expected it) contradicts the proof.
 */
export class OpenProofs {
  readonly #open = new Map<ScopeCore, Disposable[]>();
  readonly #candidates = new Map<ScopeCore, { proof: OpenProof; event: ScopedEvent }[]>();
  readonly #failures: VerdictError[] = [];
  #latest: number | undefined;

  /** When the latest proof fell, monotonic. */
  get latest(): number | undefined {
    return this.#latest;
  }

  add(proof: OpenProof): void {
    const { scope, channel } = proof;
    this.#latest = proof.at;
    let over = false;
    const watch = scope.harness.journal.watch({ channel, kinds: ["received"] }, (entry) => {
      if (over || entry.kind !== "received") return;
      const event = scope.event(entry);
      if (event === undefined || !this.#accepts(proof, event)) return;
      // after its scope nobody can say whose an event is that bears no trace and need not look like anything
      const { openScopes } = scope.harness;
      if (scope.closed && proof.any && openScopes.size > 0 && scope.belongs(entry) === "unattributed") return;
      over = true;
      if (scope.closed) this.#failures.push(proof.contradicted(event));
      else this.#candidatesOf(scope).push({ proof, event });
    });
    const open = this.#open.get(scope) ?? [];
    open.push(watch);
    this.#open.set(scope, open);
  }

  /** At the end of a scope: what contradicted its proofs and was expected by no later wait. */
  settle(scope: ScopeCore): VerdictError[] {
    const candidates = this.#candidates.get(scope) ?? [];
    this.#candidates.delete(scope);
    return candidates.filter(({ event }) => !event.claimed).map(({ proof, event }) => proof.contradicted(event));
  }

  /** Contradictions of scopes that had ended, each given out once. */
  take(): VerdictError[] {
    return this.#failures.splice(0);
  }

  close(): void {
    for (const watches of this.#open.values()) for (const watch of watches) watch[Symbol.dispose]();
    this.#open.clear();
  }

  /** A predicate that throws on a later event said neither yes nor no: written down, and no contradiction. */
  #accepts(proof: OpenProof, event: ScopedEvent): boolean {
    try {
      return proof.accepts(event);
    } catch (cause) {
      const { journal } = proof.scope.harness;
      journal.append({ kind: "fault", where: `the predicate of ${proof.what}`, cause, scope: proof.scope.id });
      return false;
    }
  }

  #candidatesOf(scope: ScopeCore) {
    let candidates = this.#candidates.get(scope);
    if (candidates === undefined) this.#candidates.set(scope, (candidates = []));
    return candidates;
  }
}
