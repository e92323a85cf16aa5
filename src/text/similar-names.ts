const shown = 5;
const mostEdits = 3;

/**
 * Names that somebody may have meant, the most similar first: one contains the other, few letters differ, or more than half of
 * their parts agree, as in "staging--order-created" and "production--order-created".
 */
export function similarNames(name: string, names: Iterable<string>): readonly string[] {
  const wanted = name.toLowerCase();
  return [...names]
    .map((each) => ({ each, edits: distance(wanted, each.toLowerCase()) }))
    .filter(({ each, edits }) => {
      const other = each.toLowerCase();
      const fewEdits = edits <= Math.min(mostEdits, Math.max(wanted.length, other.length) / 3);
      return other.includes(wanted) || wanted.includes(other) || fewEdits || agreement(wanted, other) > 0.5;
    })
    .toSorted((one, other) => one.edits - other.edits)
    .slice(0, shown)
    .map(({ each }) => each);
}

/** The share of parts that both have, from 0 to 1. */
function agreement(one: string, other: string): number {
  const [parts, theirs] = [partsOf(one), partsOf(other)];
  const both = [...parts].filter((part) => theirs.has(part));
  return both.length / Math.max(parts.size, theirs.size);
}

function partsOf(name: string): Set<string> {
  return new Set(name.split(/[-_.]+/));
}

/** How many letters must be put in, taken out or replaced (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of from.split("").entries()) {
    const next = [index + 1];
    for (const [column, other] of to.split("").entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
