import type { MessageEntry } from "../journal/index.ts";
import { harnessTraceOf } from "./trace.ts";

/** What is looked up: of which scope, and what an event must have to matter. */
export interface Indexed {
  readonly scope: { readonly traceId: string };
  readonly match?: unknown;
}

/**
 * Finds those that an event may concern, without asking all: by the trace that it bears; where it bears none, by one field
 * of their match. What has no such field is always found.
 */
export class ProofIndex<P extends Indexed> {
  readonly #byTrace = new Map<string, Set<P>>();
  /** Field → value → proofs. */
  readonly #byField = new Map<string, Map<unknown, Set<P>>>();
  readonly #others = new Set<P>();

  add(proof: P): void {
    for (const set of this.#placesOf(proof)) set.add(proof);
  }

  delete(proof: P): void {
    for (const set of this.#placesOf(proof)) set.delete(proof);
  }

  /** In the order in which they were added, as far as they are found in the same way. */
  *concernedBy(entry: MessageEntry): Generator<P> {
    const trace = harnessTraceOf(entry);
    if (trace !== undefined) {
      yield* this.#byTrace.get(trace) ?? [];
      return;
    }
    yield* this.#others;
    if (entry.kind === "refused") return;
    for (const [field, values] of this.#byField) yield* values.get(read(entry.payload, field)) ?? [];
  }

  #placesOf(proof: P): Set<P>[] {
    const field = identifyingField(proof.match);
    const unnamed =
      field === undefined
        ? this.#others
        : placeIn(
            placeIn(this.#byField, field[0], () => new Map()),
            field[1],
            newSet<P>,
          );
    return [placeIn(this.#byTrace, proof.scope.traceId, newSet<P>), unnamed];
  }
}

function newSet<P>(): Set<P> {
  return new Set();
}

function placeIn<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

/** A field that an event must have with this very value to fit the match: a text rather than a number, the first of them. */
function identifyingField(match: unknown): readonly [string, unknown] | undefined {
  if (typeof match !== "object" || match === null || Array.isArray(match)) return undefined;
  const fields = Object.entries(match);
  return fields.find(([, value]) => typeof value === "string") ?? fields.find(([, value]) => typeof value === "number");
}

/** A field of any payload: inherited ones and getters count, as they do for a match. */
function read(payload: unknown, field: string): unknown {
  if (typeof payload !== "object" || payload === null) return undefined;
  try {
    return (payload as Record<string, unknown>)[field];
  } catch {
    return undefined;
  }
}
