import type { VerdictError } from "../errors.ts";
import type { MessageEntry, Stamped } from "../journal/index.ts";
import { failure } from "./failure.ts";
import type { ScopeCore } from "./scope-core.ts";

/** Dead letters of the scope that no wait took: the system gave up on something, and the test did not expect it. */
export function untakenDeadLetters(scope: ScopeCore): VerdictError[] {
  return guarded(scope).flatMap((channel) => {
    const untaken = [...scope.messages(channel)].filter(
      (entry) =>
        !scope.isClaimed(entry.sequence) && (scope.belongs(entry) === "mine" || scope.ambiguity() === undefined),
    );
    return untaken.length === 0 ? [] : [unexpected(scope, channel, untaken)];
  });
}

/** The same for those that come after the scope has ended: failures of the run. */
export function watchDeadLetters(scope: ScopeCore): void {
  for (const channel of guarded(scope)) {
    scope.harness.proofs.add({
      scope,
      what: `no dead letter on ${channel}`,
      channel,
      any: true,
      accepts: (entry) => entry.kind === "refused" || entry.redeliveryOf === undefined,
      contradicted: (entry) => unexpected(scope, channel, [entry]),
    });
  }
}

function guarded(scope: ScopeCore): string[] {
  const { declarations } = scope.harness;
  return [...declarations].filter(([, { deadLetters }]) => deadLetters?.allowed === false).map(([channel]) => channel);
}

function unexpected(scope: ScopeCore, channel: string, entries: readonly Stamped<MessageEntry>[]): VerdictError {
  const one = entries.length === 1;
  const problems = entries.flatMap((entry) => (entry.kind === "refused" ? entry.problems : []));
  return failure(scope, {
    code: "UNEXPECTED_DEAD_LETTER",
    detail: [
      `${one ? "an event" : `${entries.length} events`} of this test ended on ${channel}, and no wait took ${one ? "it" : "them"}`,
      ...problems,
    ].join("; "),
    what: `the end of the scope "${scope.name}"`,
    channel,
    startedAt: scope.openedAt,
    unexpected: entries,
    // no line of the test did it
    origin: "",
  });
}
