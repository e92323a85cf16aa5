import type { AnyDeclaration } from "../contracts/index.ts";
import type { SentEntry, Stamped } from "../journal/index.ts";
import type { ScopeCore } from "./scope-core.ts";

/** What the test itself sent to where a channel listens, and the channel did not hear: its filter keeps it out. */
export interface FilteredOut {
  readonly count: number;
  /** Whether all of it was sent through this very channel, and nothing else was heard there: then the filter is in doubt. */
  readonly doubtful: boolean;
  /** For people. */
  readonly text: string;
}

/**
 * Looks at the test's own sends: what passes the filter comes back. This needs no broker that can tell, and no second reading
 * of a policy that could differ from the broker's. `surely`: whether all that was sent until now would have come by now.
 * Undefined for a channel without a filter, and where everything came back.
 */
export function filteredOut(scope: ScopeCore, channel: string, surely: boolean): FilteredOut | undefined {
  const { declarations, journal } = scope.harness;
  const declaration = declarations.get(channel);
  const filter = declaration?.endpoint.filter;
  if (declaration === undefined || filter === undefined) return undefined;
  const sentThere = scope.sent.filter(({ channel: through, duplicate }) => {
    const other = declarations.get(through);
    return duplicate !== true && other?.transport === declaration.transport && placeOf(other) === filter.of;
  });
  const came = new Set<unknown>();
  let heard = false;
  for (const entry of journal.channel(channel, scope.from)) {
    if (entry.kind === "listener") continue;
    came.add(entry.attributes["traceparent"]);
    if (scope.belongs(entry) !== "foreign") heard = true;
  }
  const keptOut = sentThere.filter(({ attributes }: Stamped<SentEntry>) => !came.has(attributes["traceparent"]));
  if (keptOut.length === 0) return undefined;
  const why = surely
    ? `did not pass its filter ${filter.text}`
    : `did not come back: its filter ${filter.text} keeps them out, or they are late`;
  return {
    count: keptOut.length,
    doubtful: !heard && keptOut.some((sent) => sent.channel === channel),
    text: `${keptOut.length} of ${sentThere.length} sends to ${filter.of} ${why}`,
  };
}

function placeOf({ endpoint }: AnyDeclaration): string {
  return endpoint.filter?.of ?? endpoint.name;
}
