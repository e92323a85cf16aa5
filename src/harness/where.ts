import { wakefulError } from "../errors.ts";
import type { StandardSchema } from "../contracts/index.ts";
import { checkMatch, fieldAt, matches } from "../journal/index.ts";
import { similarNames } from "../text/index.ts";
import { fieldNotInSchema } from "./schema-fields.ts";
import type { ReceivedEvent } from "./types.ts";

/** A wait's condition on events, checked and ready to use. */
export interface Condition {
  accepts(event: ReceivedEvent<unknown>): boolean;
  /** The partial payload, if that is what was given. */
  readonly match?: unknown;
  /** The predicate's source text, if that is what was given. */
  readonly predicate?: string;
  /** Whether the wait was given no condition: any event will do. */
  readonly any: boolean;
}

/** Makes a condition of what the user gave. Throws `INVALID_MATCH` before any waiting. `schema`: the channel's. */
export function toCondition(where: unknown, given: boolean, channel: string, schema?: StandardSchema): Condition {
  if (!given) return { accepts: () => true, any: true };
  if (typeof where === "function") {
    const accept = where as (event: ReceivedEvent<unknown>) => unknown;
    return {
      accepts(event) {
        const answer = accept(event);
        if (typeof answer !== "boolean") refuseAnswer(answer, channel);
        return answer;
      },
      predicate: accept.toString(),
      any: false,
    };
  }
  checkMatch(where, channel);
  if (schema !== undefined) checkFields(where, channel, schema);
  return { accepts: (event) => matches(where, event.payload, channel), match: where, any: false };
}

/** For events that decide nothing any more: a predicate that throws says no. */
export function safelyAccepts(condition: Condition, event: ReceivedEvent<unknown>): boolean {
  try {
    return condition.accepts(event);
  } catch {
    return false;
  }
}

/** A predicate that returns no boolean says nothing: an async one would accept every event. */
function refuseAnswer(answer: unknown, channel: string): never {
  const asynchronous = typeof answer === "object" && answer !== null && "then" in answer;
  throw wakefulError("INVALID_OPTION", {
    option: `The predicate for ${channel}`,
    value: asynchronous ? "a promise" : `its result (${typeof answer})`,
    expected: asynchronous ? "a synchronous predicate: an async one would accept every event" : "true or false",
  });
}

/** A field that no payload can have would be awaited for nothing, and its absence is no news. */
function checkFields(match: unknown, channel: string, schema: StandardSchema): void {
  const unknown = fieldNotInSchema(schema, match);
  if (unknown === undefined) return;
  const { path, known } = unknown;
  const problem = "by its schema no payload has such a field";
  const similar = similarNames(fieldAt(path), known);
  throw wakefulError("INVALID_MATCH", { channel, path, problem, similar, known });
}
