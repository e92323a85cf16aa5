import type { VerdictError } from "../errors.ts";
import type { MessageEntry, Stamped } from "../journal/index.ts";
import { failure } from "./failure.ts";
import type { ScopeCore } from "./scope-core.ts";

/**
 * Dead letters of the scope that no wait took: the system gave up on something, and the test did not expect it. Those that
 * another scope may as well have caused are kept for the harness's end.
 */
export function untakenDeadLetters(scope: ScopeCore): VerdictError[] {
  const { doubtful } = scope.harness;
  return guarded(scope).flatMap((channel) => {
    const untaken: Stamped<MessageEntry>[] = [];
    for (const entry of scope.messages(channel)) {
      const unclear = scope.belongs(entry) === "mine" ? undefined : scope.ambiguity();
      if (scope.isClaimed(entry.sequence)) doubtful.settle(entry);
      else if (unclear !== undefined) doubtful.add(entry, () => unexpected(scope, channel, [entry], unclear));
      else if (!doubtful.isSettled(entry)) {
        untaken.push(entry);
        doubtful.settle(entry);
      }
    }
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

/** Dead letters of which nobody can say whose they are. One that no scope took in the end fails the run. */
export class DoubtfulLetters {
  readonly #letters = new Map<number, () => VerdictError>();
  /** Taken by some scope, or told as a failure of one. */
  readonly #settled = new Set<number>();

  /** A scope ended that did not take it, and may not have caused it. */
  add(entry: Stamped<MessageEntry>, tell: () => VerdictError): void {
    const { sequence } = entry;
    if (!this.isSettled(entry) && !this.#letters.has(sequence)) this.#letters.set(sequence, tell);
  }

  settle({ sequence }: Stamped<MessageEntry>): void {
    this.#settled.add(sequence);
    this.#letters.delete(sequence);
  }

  isSettled({ sequence }: Stamped<MessageEntry>): boolean {
    return this.#settled.has(sequence);
  }

  /** The failures, each given out once. To be asked when no scope is open that may still take one. */
  take(): VerdictError[] {
    const failures = [...this.#letters.values()].map((tell) => tell());
    for (const sequence of this.#letters.keys()) this.#settled.add(sequence);
    this.#letters.clear();
    return failures;
  }
}

function guarded(scope: ScopeCore): string[] {
  const { declarations } = scope.harness;
  return [...declarations].filter(([, { deadLetters }]) => deadLetters?.allowed === false).map(([channel]) => channel);
}

function unexpected(
  scope: ScopeCore,
  channel: string,
  entries: readonly Stamped<MessageEntry>[],
  unclear?: string,
): VerdictError {
  const one = entries.length === 1;
  const problems = entries.flatMap((entry) => (entry.kind === "refused" ? entry.problems : []));
  const traced = entries.some((entry) => scope.belongs(entry) === "mine");
  const what =
    unclear === undefined
      ? `${one ? "an event" : `${entries.length} events`}${traced ? " of this test" : ""} ended on ${channel}, and no wait took ${one ? "it" : "them"}`
      : `an event ended on ${channel} that bears no trace, and no test took it; ${unclear}`;
  return failure(scope, {
    code: "UNEXPECTED_DEAD_LETTER",
    detail: [what, ...problems].join("; "),
    what: `the end of the scope "${scope.name}"`,
    channel,
    startedAt: scope.openedAt,
    unexpected: entries,
    // no line of the test did it
    origin: "",
  });
}
