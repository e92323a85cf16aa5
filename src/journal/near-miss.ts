import type { ReceivedEntry, Stamped } from "./entries.ts";
import { compare, type Difference } from "./match.ts";

/** The event that came closest to a match, and where it differs. */
export interface NearMiss {
  readonly entry: Stamped<ReceivedEntry>;
  readonly differences: readonly Difference[];
  /** How many fields were compared. */
  readonly compared: number;
}

/** Of all candidates the one with the largest share of agreeing fields; of equals the latest. */
export function closest(match: unknown, candidates: Iterable<Stamped<ReceivedEntry>>): NearMiss | undefined {
  let best: NearMiss | undefined;
  let bestShare = -1;
  for (const entry of candidates) {
    const { differences, compared } = compare(match, entry.payload);
    const share = compared === 0 ? 0 : 1 - differences.length / compared;
    if (share >= bestShare) {
      best = { entry, differences, compared };
      bestShare = share;
    }
  }
  return best;
}
