import type { VerdictCode } from "../errors.ts";
import type { MessageEntry, Stamped } from "../journal/index.ts";
import { formatDuration } from "../time/index.ts";
import { failure, type FailureDetails, goingOn } from "./failure.ts";
import type { ScopedEvent } from "./received-event.ts";
import { allFacts, type Assessment } from "./facts.ts";
import { filteredOut } from "./filtered-out.ts";
import { rounds } from "./rounds.ts";
import type { ScopeCore } from "./scope-core.ts";
import type { Sla } from "./sla.ts";
import type { Proof } from "./types.ts";
import type { Condition } from "./where.ts";
import { unknownField } from "./unknown-fields.ts";
import { valueOfOtherType } from "./value-types.ts";
import { obscured } from "./window.ts";

/** One claim that nothing (more) happens. */
export interface Absence {
  /** "none on topic customer--created". */
  readonly what: string;
  readonly channel: string;
  readonly condition: Condition;
  readonly sla: Sla;
  readonly startedAt: number;
  /** The stack of the user's line, for a contradiction that comes later. */
  readonly origin: () => string;
  /** Throws the verdict when something is there that contradicts the claim. */
  readonly check: () => void;
  /** Whether this event would contradict the claim, later on. */
  readonly contradicts: (event: ScopedEvent) => boolean;
  /** Whether a redelivery would, too. */
  readonly redeliveries?: boolean;
  /** Whether some of them were awaited first, and counted. */
  readonly counted?: boolean;
  /** How long the events took that it was waited for before; left out where there were none. */
  readonly took?: number;
}

/**
 * Concludes from facts that nothing comes: at once when all four hold. While work is known to be going on it waits for
 * that; where a fact cannot be known it watches until the deadline. What is known to be unfinished then, or could have
 * happened unseen, makes the verdict *unknown*, which is red.
 */
export async function proveAbsence(scope: ScopeCore, absence: Absence, signal: AbortSignal): Promise<Proof> {
  const { clock } = scope.harness;
  const { what, channel, sla, startedAt } = absence;
  const red = (code: VerdictCode, detail: string, more: Partial<FailureDetails> = {}) =>
    failure(scope, { ...detailsOf(absence), code, detail, ...more });
  const before = () => {
    absence.check();
    const obstacle = obscured(scope, channel, startedAt);
    if (obstacle === undefined) return;
    const { what: why, circumstance } = obstacle;
    throw red("UNKNOWN", why, circumstance && { circumstance });
  };
  const mustBeHearable = (assessment: Assessment) => {
    const filtered = filteredOut(scope, channel, assessment.holding.includes("delivered"));
    if (filtered?.doubtful !== true) return;
    throw red("FILTERED_OUT", `${channel} may be deaf to what it should hear: ${filtered.text}`, { assessment });
  };
  /** What is about to be concluded rests on the events that came, too: they must have been able to match. */
  const mustBeMatchable = (assessment: Assessment) => {
    const { match } = absence.condition;
    if (match === undefined) return;
    const field = unknownField(scope, channel, match);
    if (field !== undefined) throw red("UNKNOWN", field, { circumstance: "no such field", assessment });
    const value = valueOfOtherType(scope, channel, match);
    if (value !== undefined) throw red("UNKNOWN", value, { circumstance: "other type", assessment });
  };
  for await (const round of rounds(scope, allFacts, sla.deadline, signal, before)) {
    const { holding, unknowable, busy, unheard, passed } = round;
    // what still waits somewhere may be taken by somebody yet
    if (unheard[0] !== undefined && (busy.length === 0 || passed !== undefined)) {
      throw red("UNHEARD", `what was sent to ${unheard[0].channel} reached nobody, so silence proves nothing`, {
        assessment: round,
      });
    }
    if (round.stable) {
      mustBeHearable(round);
      mustBeMatchable(round);
      return conclude(scope, absence, {
        how: "proved",
        facts: holding,
        missing: [],
        watchedFor: clock.now() - startedAt,
      });
    }
    if (passed === undefined) continue;
    const more = { lateness: passed.lateness, assessment: round };
    if (sla.deadline.cap !== undefined) {
      throw red(
        "NOT_JUDGED",
        `${what}: ${sla.deadline.cap.name} came before the SLA of ${formatDuration(sla.within)}`,
        more,
      );
    }
    if (busy.length > 0) {
      const circumstance = goingOn(round);
      throw red(
        "UNKNOWN",
        `work is still going on after ${formatDuration(clock.now() - startedAt)}: ${busy.join("; ")}`,
        { ...more, ...(circumstance && { circumstance }) },
      );
    }
    mustBeHearable(round);
    mustBeMatchable(round);
    return conclude(
      scope,
      absence,
      { how: "watched", facts: holding, missing: [...unknowable.keys()], watchedFor: clock.now() - startedAt },
      [...new Set(unknowable.values())],
    );
  }
  throw new TypeError("unreachable: rounds never end by themselves");
}

/** Writes the green verdict down, and keeps the proof open to contradiction. */
function conclude(scope: ScopeCore, absence: Absence, shown: Proof, reasons: readonly string[] = []): Proof {
  const faults = scope.faults.hit();
  const filtered = filteredOut(scope, absence.channel, shown.facts.includes("delivered"));
  const proof: Proof = {
    ...shown,
    ...(filtered && { filteredOut: filtered.count }),
    ...(faults.length > 0 && { faults }),
  };
  const { clock, proofs } = scope.harness;
  const concludedAt = clock.now();
  const { what, channel, condition, contradicts, redeliveries = false, took, sla } = absence;
  const rests =
    proof.how === "proved"
      ? `proved: ${proof.facts.join(", ")}`
      : `watched for ${formatDuration(proof.watchedFor)}: ${reasons.join("; ")}`;
  const basis = [rests, ...(filtered ? [filtered.text] : []), ...faults.map((fault) => `under a fault: ${fault}`)].join(
    "; ",
  );
  // to watch for so long is no SLA
  const held = took !== undefined || proof.how === "proved";
  scope.tell({
    what,
    outcome: "green",
    detail: basis,
    took: took ?? proof.watchedFor,
    ...(held && { within: sla.within }),
  });
  proofs.add({
    scope,
    what,
    channel,
    any: condition.any,
    match: condition.match,
    at: concludedAt,
    accepts: (entry) =>
      entry.kind === "received" && (entry.redeliveryOf === undefined || redeliveries) && contradicts(scope.view(entry)),
    contradicted: (entry) =>
      failure(scope, {
        ...detailsOf(absence),
        code: "PROOF_CONTRADICTED",
        detail: `in "${scope.name}" ${what} was ${basis}. ${formatDuration(entry.at - concludedAt)} later${lastAct(scope, concludedAt, entry)} this came`,
        unexpected: [entry],
        origin: absence.origin(),
      }),
  });
  return proof;
}

/** What may have brought it about: what the test did itself after its proof, or that it had ended. */
function lastAct(scope: ScopeCore, concludedAt: number, { arrivedAt }: Stamped<MessageEntry>): string {
  if (scope.closed) return ", after the test had ended,";
  const sent = scope.sent.findLast(({ startedAt }) => startedAt >= concludedAt && startedAt <= arrivedAt);
  return sent === undefined ? "" : `, after the test had sent ${sent.channel} #${sent.sequence},`;
}

function detailsOf({ what, channel, condition, sla, startedAt, counted = false }: Absence) {
  return { what, channel, condition, sla, startedAt, absence: true, counted };
}
