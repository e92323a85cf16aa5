/**
 * What is wrong with a request before dynalite sees it, which would throw where nobody can catch it: on tags that are no
 * pairs, and on values that are null inside others. DynamoDB refuses both.
 */
export function problemOf(operation: string, body: string): string | undefined {
  const hasNull = body.includes("null");
  const tags = operation.endsWith(".TagResource");
  if (!hasNull && !tags) return undefined;
  let input: unknown;
  try {
    input = JSON.parse(body);
  } catch {
    // dynalite says what DynamoDB says
    return undefined;
  }
  if (typeof input !== "object" || input === null) return undefined;
  // a parameter of its own may be null: it is not given then
  if (hasNull && Object.values(input).some(holdsNull)) return "a value within another is null";
  const given = (input as { readonly Tags?: unknown }).Tags;
  if (tags && Array.isArray(given) && !given.every(isTag)) return "Tags are pairs of Key and Value";
  return undefined;
}

function isTag(tag: unknown): boolean {
  const { Key: key, Value: value } = tag as { readonly Key?: unknown; readonly Value?: unknown };
  return typeof key === "string" && typeof value === "string";
}

/** Whether null stands anywhere inside. A loop, not a recursion: a body can be deep. */
function holdsNull(value: unknown): boolean {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== "object" || next === null) continue;
    for (const part of Object.values(next)) {
      if (part === null) return true;
      open.push(part);
    }
  }
  return false;
}
