import { similarNames } from "../text/index.ts";

const namesShown = 15;

/** 'There is no queue "ordres". Did you mean orders? There are: payments, orders.' */
export function unknownName(what: string, name: string, known: readonly string[]): string {
  const similar = name === "" ? [] : similarNames(name, known);
  const [first] = similar;
  const meant = first === undefined ? "" : ` Did you mean ${first}?`;
  const names = [...new Set(known.length > namesShown ? [...similar, ...known] : known)];
  const more = names.length > namesShown ? ` and ${names.length - namesShown} more` : "";
  const all = names.length === 0 ? "There are none." : `There are: ${names.slice(0, namesShown).join(", ")}${more}.`;
  return `There is no ${what} "${name}".${meant} ${all}`;
}
