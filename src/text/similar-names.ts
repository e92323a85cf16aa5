const shown = 5;
const mostEdits = 3;

/** Names that somebody may have meant, the most similar first: one contains the other, or few letters differ. */
export function similarNames(name: string, names: Iterable<string>): readonly string[] {
  const wanted = name.toLowerCase();
  return [...names]
    .map((each) => ({ each, edits: distance(wanted, each.toLowerCase()) }))
    .filter(({ each, edits }) => {
      const other = each.toLowerCase();
      return (
        other.includes(wanted) ||
        wanted.includes(other) ||
        edits <= Math.min(mostEdits, Math.max(wanted.length, other.length) / 3)
      );
    })
    .toSorted((one, other) => one.edits - other.edits)
    .slice(0, shown)
    .map(({ each }) => each);
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
