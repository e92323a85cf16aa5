const searchDepth = 4;

/** Everything in an event that may be an id which a scope declared as its own. */
export function idsIn(
  message: { readonly id: string; readonly key?: string },
  payload: unknown,
  correlation: string | undefined,
): string[] {
  const ids = [message.id];
  if (correlation !== undefined) ids.push(correlation);
  if (message.key !== undefined) ids.push(message.key);
  collectTexts(payload, ids, searchDepth);
  return ids;
}

function collectTexts(value: unknown, into: string[], depth: number): void {
  if (typeof value === "string") into.push(value);
  else if (depth > 0 && typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) collectTexts(part, into, depth - 1);
  }
}
