/** The AWS query protocol: parameters in a form, answers in XML. Source: AWS SNS API Reference, "Common parameters". */
export type QueryValue = string | readonly QueryValue[] | { readonly [name: string]: QueryValue };

/** Reads `A.entry.1.Name=x` and `A.member.1=x` into objects and lists. */
export function parseForm(form: URLSearchParams): Readonly<Record<string, QueryValue>> {
  const root: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of form) {
    const steps = key.split(".");
    let place = root;
    for (const step of steps.slice(0, -1)) {
      const inner = place[step];
      if (typeof inner === "object" && inner !== null) place = inner as Record<string, unknown>;
      else place = place[step] = Object.create(null) as Record<string, unknown>;
    }
    place[steps.at(-1) as string] = value;
  }
  return root as Readonly<Record<string, QueryValue>>;
}

/** The items of a list parameter (`member` or `entry`), in the order of their numbers. */
export function items(value: QueryValue | undefined): readonly QueryValue[] {
  if (typeof value !== "object" || Array.isArray(value)) return [];
  const inner = (value as Record<string, QueryValue>)["member"] ?? (value as Record<string, QueryValue>)["entry"];
  if (typeof inner !== "object") return [];
  return Object.entries(inner)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, item]) => item);
}

export function escapeXml(text: string): string {
  return text.replace(/[<>&"'\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Writes a result: lists as `member`, maps as `entry` where marked by `map()`. */
export function toXml(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (value instanceof XmlMap) {
    return value.entries
      .map(([key, part]) => `<entry><key>${escapeXml(key)}</key><value>${escapeXml(part)}</value></entry>`)
      .join("");
  }
  if (Array.isArray(value)) return value.map((part) => `<member>${toXml(part)}</member>`).join("");
  if (typeof value === "object") {
    return Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([name, part]) => `<${name}>${toXml(part)}</${name}>`)
      .join("");
  }
  return escapeXml(String(value));
}

/** A map of strings, which the query protocol writes as entries. */
export class XmlMap {
  readonly entries: readonly (readonly [string, string])[];

  constructor(entries: Iterable<readonly [string, string]>) {
    this.entries = [...entries];
  }
}
