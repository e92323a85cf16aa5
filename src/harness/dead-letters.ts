import type { VerdictError } from "../errors.ts";
import { failure } from "./failure.ts";
import type { ScopeCore } from "./scope-core.ts";

/** Dead letters of the scope that no wait took: the system gave up on something, and the test did not expect it. */
export function untakenDeadLetters(scope: ScopeCore): VerdictError[] {
  const errors: VerdictError[] = [];
  for (const [channel, { deadLetters }] of scope.harness.declarations) {
    if (deadLetters === undefined || deadLetters.allowed) continue;
    const untaken = [...scope.events(channel)].filter(
      (event) => !event.claimed && (scope.belongs(event.entry) === "mine" || scope.ambiguity() === undefined),
    );
    if (untaken.length === 0) continue;
    errors.push(
      failure(scope, {
        code: "UNEXPECTED_DEAD_LETTER",
        detail: `${untaken.length === 1 ? "an event" : `${untaken.length} events`} of this test ended on ${channel}, and no wait took ${untaken.length === 1 ? "it" : "them"}`,
        what: `the end of the scope "${scope.name}"`,
        channel,
        startedAt: scope.openedAt,
        unexpected: untaken,
        // no line of the test did it
        origin: "",
      }),
    );
  }
  return errors;
}
