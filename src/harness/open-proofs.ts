import type { VerdictError } from "../errors.ts";
import type { Journal, MessageEntry, Stamped } from "../journal/index.ts";
import { ProofIndex } from "./proof-index.ts";
import type { ScopeCore } from "./scope-core.ts";

/** A claim that nothing (more) comes, which a later event may still contradict. */
export interface OpenProof {
  readonly scope: ScopeCore;
  /** "none on topic customer--created". */
  readonly what: string;
  readonly channel: string;
  /** Whether any event at all contradicts it. */
  readonly any: boolean;
  /** What an event must have to contradict it, if that was given as a match. */
  readonly match?: unknown;
  /** When the verdict fell, monotonic; left out where no declaration of the system's was relied on. */
  readonly at?: number;
  readonly accepts: (entry: Stamped<MessageEntry>) => boolean;
  readonly contradicted: (entry: Stamped<MessageEntry>) => VerdictError;
}

interface Candidate {
  readonly proof: OpenProof;
  readonly entry: Stamped<MessageEntry>;
}

/**
 * Proofs stay open until the harness closes. An event that came after one, matches it and was not claimed by a later wait
 * of the same scope (which would mean that the test went on and expected it) contradicts the proof, once.
 */
export class OpenProofs {
  readonly #journal: Journal;
  readonly #openScopes: ReadonlySet<ScopeCore>;
  readonly #watch: Disposable;
  readonly #channels = new Map<string, ProofIndex<OpenProof>>();
  /** What came while the scope was open: its end decides. */
  readonly #candidates = new Map<ScopeCore, Candidate[]>();
  readonly #failures: VerdictError[] = [];
  #latest: number | undefined;

  constructor(journal: Journal, openScopes: ReadonlySet<ScopeCore>) {
    this.#journal = journal;
    this.#openScopes = openScopes;
    this.#watch = journal.watch({ kinds: ["received", "refused"] }, (entry) => {
      if (entry.kind === "received" || entry.kind === "refused") this.#look(entry);
    });
  }

  /** When the latest proof fell, monotonic. */
  get latest(): number | undefined {
    return this.#latest;
  }

  add(proof: OpenProof): void {
    this.#latest = proof.at ?? this.#latest;
    let index = this.#channels.get(proof.channel);
    if (index === undefined) this.#channels.set(proof.channel, (index = new ProofIndex()));
    index.add(proof);
  }

  /** At the end of a scope: what contradicted its proofs and was expected by no later wait. */
  settle(scope: ScopeCore): VerdictError[] {
    const candidates = (this.#candidates.get(scope) ?? []).filter(({ entry }) => !scope.isClaimed(entry.sequence));
    this.#candidates.delete(scope);
    const first = new Map(candidates.toReversed().map((candidate) => [candidate.proof, candidate]));
    return [...first.values()].toReversed().map((candidate) => this.#contradict(candidate));
  }

  /** Contradictions of scopes that had ended, each given out once. */
  take(): VerdictError[] {
    return this.#failures.splice(0);
  }

  close(): void {
    this.#watch[Symbol.dispose]();
    this.#channels.clear();
  }

  #look(entry: Stamped<MessageEntry>): void {
    let ofAnybody: OpenProof | undefined;
    for (const proof of this.#channels.get(entry.channel)?.concernedBy(entry) ?? []) {
      const { scope } = proof;
      // after its scope nobody can say whose an event is that bears no trace and need not look like anything
      const hardlyMine = proof.any && scope.closed;
      if (hardlyMine && this.#openScopes.size > 0 && !bearsOwn(scope, entry)) continue;
      if (scope.belongs(entry) === "foreign" || !this.#accepts(proof, entry)) continue;
      if (!scope.closed) this.#candidatesOf(scope).push({ proof, entry });
      else if (hardlyMine && !bearsOwn(scope, entry)) ofAnybody = proof;
      else this.#failures.push(this.#contradict({ proof, entry }));
    }
    // one event, one failure: that of the latest
    if (ofAnybody !== undefined) this.#failures.push(this.#contradict({ proof: ofAnybody, entry }));
  }

  #contradict({ proof, entry }: Candidate): VerdictError {
    this.#channels.get(proof.channel)?.delete(proof);
    return proof.contradicted(entry);
  }

  /** A predicate that throws on a later event said neither yes nor no: written down, and no contradiction. */
  #accepts(proof: OpenProof, entry: Stamped<MessageEntry>): boolean {
    try {
      return proof.accepts(entry);
    } catch (cause) {
      this.#journal.append({ kind: "fault", where: `the predicate of ${proof.what}`, cause, scope: proof.scope.id });
      return false;
    }
  }

  #candidatesOf(scope: ScopeCore): Candidate[] {
    let candidates = this.#candidates.get(scope);
    if (candidates === undefined) this.#candidates.set(scope, (candidates = []));
    return candidates;
  }
}

function bearsOwn(scope: ScopeCore, entry: Stamped<MessageEntry>): boolean {
  return scope.belongs(entry) === "mine";
}
