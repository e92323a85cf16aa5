import type { AnyDeclaration, Endpoint } from "../contracts/index.ts";
import { WakefulError, wakefulError } from "../errors.ts";
import type { MessageEntry, Stamped } from "../journal/index.ts";
import type { ScopeCore } from "./scope-core.ts";
import type { SentEvent } from "./types.ts";
import type { Condition } from "./where.ts";

/**
 * Sends dead letters of the scope back, one after the other, in the order in which they came. `redriven`: those that went
 * back already, by sequence.
 */
export async function redriveLetters(
  scope: ScopeCore,
  channel: string,
  { endpoint }: AnyDeclaration,
  condition: Condition,
  redriven: Set<number>,
  signal: AbortSignal,
): Promise<SentEvent[]> {
  if (endpoint.redrive === undefined) throw wakefulError("NOT_REDRIVABLE", { channel });
  const redrive = endpoint.redrive.bind(endpoint);
  const came = [...scope.messages(channel)].filter((entry) => concerned(scope, condition, entry));
  const letters = came.filter(({ sequence }) => !redriven.has(sequence));
  if (letters.length === 0) {
    throw wakefulError("NOTHING_TO_REDRIVE", { channel, redriven: came.length });
  }
  // before anything is awaited: two calls at the same time must not send one letter twice
  for (const { sequence } of letters) redriven.add(sequence);
  const sent: SentEvent[] = [];
  try {
    for (const letter of letters) sent.push(await redriveOne(scope, letter, redrive, signal));
    return sent;
  } finally {
    for (const { sequence } of letters.slice(sent.length)) redriven.delete(sequence);
  }
}

/** Without a condition nothing is sent that may as well be another test's. What could not be read has no payload to match. */
function concerned(scope: ScopeCore, condition: Condition, entry: Stamped<MessageEntry>): boolean {
  if (condition.any) return scope.belongs(entry) === "mine" || scope.ambiguity() === undefined;
  return entry.kind === "received" && condition.accepts(scope.view(entry));
}

async function redriveOne(
  scope: ScopeCore,
  letter: Stamped<MessageEntry>,
  redrive: NonNullable<Endpoint["redrive"]>,
  signal: AbortSignal,
): Promise<SentEvent> {
  const { clock, journal } = scope.harness;
  const { channel, attributes, key } = letter;
  const payload = letter.kind === "received" ? letter.payload : letter.body;
  const startedAt = clock.now();
  const sentAt = new Date(clock.wall());
  try {
    const { id, reached, to } = await redrive({ id: letter.id, raw: letter.raw }, signal);
    scope.claims.claim(letter.sequence);
    const known = { channel, id, payload, attributes, ...(reached !== undefined && { reached }) };
    const grouped = { ...known, ...(key !== undefined && { key }) };
    const entry = journal.append({ kind: "sent", scope: scope.id, ...grouped, startedAt, backTo: to });
    scope.sent.push(entry);
    return { ...known, sequence: entry.sequence, sentAt };
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof WakefulError) throw cause;
    throw wakefulError("SEND_FAILED", { channel }, { cause });
  }
}
