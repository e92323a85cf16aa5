import type { BrokerNote } from "../contracts/index.ts";
import type { HarnessCore } from "./harness-core.ts";

/**
 * Writes down what a broker tells: of a message only what may belong to a scope of this harness, and only while there is one.
 * A note ends no wait and unsettles nothing.
 */
export function takeNote(
  { journal, openScopes, tracePrefix }: Pick<HarnessCore, "journal" | "openScopes" | "tracePrefix">,
  note: BrokerNote,
): void {
  const { about, fault } = note;
  if (about !== undefined) {
    if (openScopes.size === 0) return;
    if (about.traceId !== undefined && !about.traceId.startsWith(tracePrefix)) return;
  }
  const entry = journal.append({ kind: "note", ...note });
  if (fault === undefined) return;
  for (const scope of openScopes)
    if (scope.belongs(entry) !== "foreign") scope.faults.add(entry, entry.at - scope.openedAt);
}
