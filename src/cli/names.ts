const namesShown = 15;

/** 'There is no queue "ordres". Did you mean orders? There are: payments, orders.' */
export function unknownName(what: string, name: string, known: readonly string[]): string {
  const nearest = known
    .map((each) => ({ each, distance: distance(each, name) }))
    .sort((a, b) => a.distance - b.distance || a.each.localeCompare(b.each));
  const names = known.length > namesShown ? nearest.map(({ each }) => each) : known;
  const [first] = nearest;
  const meant = first !== undefined && first.distance <= likely(name) ? ` Did you mean ${first.each}?` : "";
  const more = names.length > namesShown ? ` and ${names.length - namesShown} more` : "";
  const all = names.length === 0 ? "There are none." : `There are: ${names.slice(0, namesShown).join(", ")}${more}.`;
  return `There is no ${what} "${name}".${meant} ${all}`;
}

/** How many letters somebody gets wrong in a name of that length. */
function likely(name: string): number {
  return name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 3));
}

/** How many letters must be put in, left out or changed to make one text of the other; capitals do not count. */
function distance(one: string, other: string): number {
  const [from, to] = [one.toLowerCase(), other.toLowerCase()];
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line++) {
    const next = [line];
    for (let column = 1; column <= to.length; column++) {
      const changed = (row[column - 1] ?? 0) + Number(from[line - 1] !== to[column - 1]);
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
