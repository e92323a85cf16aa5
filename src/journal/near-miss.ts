import { compare, type Comparison } from "./compare.ts";
import type { ReceivedEntry, Stamped } from "./entries.ts";

/** The event that came closest to a match, and where it differs. */
export interface NearMiss extends Comparison {
  readonly entry: Stamped<ReceivedEntry>;
}

/** Of all candidates the one with most of the ids; of these the one with most agreeing fields; of equals the latest. */
export function closest(match: unknown, candidates: Iterable<Stamped<ReceivedEntry>>): NearMiss | undefined {
  let best: NearMiss | undefined;
  for (const entry of candidates) {
    const near = { entry, ...compare(match, entry.payload) };
    if (best === undefined || isAsClose(near, best)) best = near;
  }
  return best;
}

function isAsClose(one: NearMiss, other: NearMiss): boolean {
  return one.agreeingIds === other.agreeingIds ? share(one) >= share(other) : one.agreeingIds > other.agreeingIds;
}

/** The share of agreeing fields. */
function share({ differences, compared }: NearMiss): number {
  return 1 - differences.length / compared;
}
