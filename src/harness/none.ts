import { WakefulError } from "../errors.ts";
import { type Absence, proveAbsence } from "./absence.ts";
import { failure } from "./failure.ts";
import type { ScopedEvent } from "./received-event.ts";
import type { ScopeCore } from "./scope-core.ts";
import { slaOf } from "./sla.ts";
import type { Proof, WaitOptions } from "./types.ts";
import type { Condition } from "./where.ts";

/** Proves that no unclaimed event of the scope meets the condition. */
export function proveNone(
  scope: ScopeCore,
  channel: string,
  condition: Condition,
  options: WaitOptions | undefined,
  signal: AbortSignal,
  origin: () => string,
): Promise<Proof> {
  const startedAt = scope.harness.clock.now();
  const what = `none on ${channel}`;
  const sla = slaOf(scope, options);
  const contradicts = (event: ScopedEvent) => !event.claimed && accepts(scope, absence, event);
  const absence: Absence = {
    what,
    channel,
    condition,
    sla,
    startedAt,
    origin,
    contradicts,
    check() {
      for (const event of scope.events(channel)) {
        if (!contradicts(event)) continue;
        const ambiguity =
          condition.any && scope.belongs(event.entry) === "unattributed" ? scope.ambiguity() : undefined;
        throw failure(scope, {
          code: ambiguity === undefined ? "UNEXPECTED_EVENT" : "AMBIGUOUS",
          detail:
            ambiguity === undefined
              ? `${channel} should have stayed silent`
              : `an event came on ${channel} that bears no trace, and ${ambiguity}`,
          what,
          channel,
          condition,
          sla,
          startedAt,
          unexpected: [event.entry],
        });
      }
    },
  };
  return proveAbsence(scope, absence, signal);
}

/** A predicate that throws ends the wait: it said neither yes nor no. */
export function accepts(
  scope: ScopeCore,
  absence: Pick<Absence, "what" | "channel" | "condition" | "sla" | "startedAt">,
  event: ScopedEvent,
): boolean {
  try {
    return absence.condition.accepts(event);
  } catch (cause) {
    if (cause instanceof WakefulError) throw cause;
    throw failure(scope, {
      ...absence,
      code: "PROBE_WRONG",
      detail: `the predicate threw: ${String(cause)}`,
      cause,
      unexpected: [event.entry],
    });
  }
}
