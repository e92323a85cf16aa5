import { type Circumstance, type VerdictCode, type VerdictError, verdictError, verdictTexts } from "../errors.ts";
import { closest, type MessageEntry, type NearMiss, type Stamped, timeline } from "../journal/index.ts";
import { type Evidence, type EventEvidence, type LookEvidence, renderText } from "../report/index.ts";
import { plainSides, toFacts } from "./bare-context.ts";
import { type Assessment, isDone } from "./facts.ts";
import { filteredOut } from "./filtered-out.ts";
import type { ScopedEvent } from "./received-event.ts";
import type { ScopeCore } from "./scope-core.ts";
import type { Sla } from "./sla.ts";
import { type Condition, safelyAccepts } from "./where.ts";

/** What a wait knows when it turns red. */
export interface FailureDetails {
  readonly code: VerdictCode;
  /** The rest of the first line. */
  readonly detail: string;
  /** "next on customerCreated". */
  readonly what: string;
  readonly channel?: string;
  readonly condition?: Condition;
  /** Whether what meets the condition should not come: then nothing that came is close to it. */
  readonly absence?: boolean;
  /** Whether events that meet the condition are counted: then each is told as the how-manieth it is. */
  readonly counted?: boolean;
  readonly sla?: Pick<Sla, "within" | "source" | "zero">;
  /** Replaces the SLA's zero point. */
  readonly zero?: string;
  readonly startedAt: number;
  /** What decides about the hint, where the wait knows it. */
  readonly circumstance?: Circumstance;
  readonly lateness?: number;
  readonly late?: readonly { readonly event: ScopedEvent; readonly by: number }[];
  readonly unexpected?: readonly Stamped<MessageEntry>[];
  readonly assessment?: Assessment;
  readonly looks?: LookEvidence;
  /** The longest time that a probe itself blocked this process, ms. */
  readonly blocked?: number;
  readonly dump?: unknown;
  readonly cause?: unknown;
  readonly actual?: unknown;
  readonly expected?: unknown;
  /** The stack of the user's line, without a heading. */
  readonly origin?: string;
}

const othersShown = 20;

/** Makes the error of a red verdict: gathers the evidence from the journal, renders it, and writes the verdict down. */
export function failure(scope: ScopeCore, details: FailureDetails): VerdictError {
  const { clock } = scope.harness;
  const { code, detail, what, cause } = details;
  const took = clock.now() - details.startedAt;
  const evidence = gather(scope, details, took);
  scope.tell({ what, outcome: "red", detail: code, took, ...(details.sla && { within: details.sla.within }) });
  const near = evidence.closest;
  const sides =
    "actual" in details || "expected" in details
      ? details
      : near && { actual: near.event.payload, expected: evidence.awaited.match };
  return verdictError(code, toFacts(detail, evidence), {
    text: renderText(evidence),
    ...(sides && plainSides(sides)),
    ...(cause !== undefined && { cause }),
    ...(details.origin !== undefined && { stack: details.origin }),
  });
}

function gather(scope: ScopeCore, details: FailureDetails, waited: number): Evidence {
  const { code, detail, what, channel, condition, sla, zero, lateness, blocked, assessment, looks, dump, cause } =
    details;
  const { journal, systems } = scope.harness;
  const filtered =
    channel === undefined ? undefined : filteredOut(scope, channel, assessment?.holding.includes("delivered") === true);
  const unexpected = details.unexpected ?? [];
  const late = details.late ?? [];
  const named = new Set([...unexpected, ...late.map(({ event }) => event)].map(({ sequence }) => sequence));
  const all = channel === undefined ? [] : [...scope.events(channel)];
  const meeting = new Set(condition === undefined ? [] : all.filter((event) => safelyAccepts(condition, event)));
  const rest = all.filter(({ sequence }) => !named.has(sequence));
  const others = rest.filter((event) => !meeting.has(event));
  const unclaimed = others.filter((event) => !event.claimed);
  const ordinals = new Map(
    details.counted === true && meeting.size > 1
      ? [...meeting].map(({ sequence }, index) => [sequence, index + 1])
      : [],
  );
  const show = (entry: Stamped<MessageEntry>) => describe(scope, entry, ordinals.get(entry.sequence));
  // of what may have come unseen nobody knows how it looks
  const comparable = code !== "UNKNOWN" && details.absence !== true && late.length === 0 && unexpected.length === 0;
  const near =
    condition?.match !== undefined && comparable
      ? closest(
          condition.match,
          unclaimed.map((event) => event.entry),
        )
      : undefined;
  const nearEvent =
    near && isClose(scope, near) ? unclaimed.find(({ sequence }) => sequence === near.entry.sequence) : undefined;
  const circumstance = details.circumstance ?? circumstanceOf(scope, details, nearEvent !== undefined);
  if (code === "SYSTEM_EXITED") scope.harness.lives.toldDeaths();
  const { headline, hint } = verdictTexts(code, { detail, ...(circumstance && { circumstance }) });
  return {
    code,
    headline,
    hint,
    ...(circumstance && { circumstance }),
    scope: { name: scope.name, traceId: scope.traceId },
    awaited: {
      what,
      ...(condition?.match !== undefined && { match: condition.match }),
      ...(condition?.predicate !== undefined && { predicate: condition.predicate }),
    },
    ...(sla && { sla: { within: sla.within, source: sla.source, zero: zero ?? sla.zero } }),
    waited,
    ...(lateness !== undefined && { lateness }),
    ...(blocked !== undefined && { blocked }),
    ...(details.absence === true && details.counted !== true && { awaitsNothing: true }),
    ...(near && nearEvent && { closest: { event: show(nearEvent.entry), differences: near.differences } }),
    late: late.map(({ event, by }) => ({ ...show(event.entry), by })),
    unexpected: unexpected.map(show),
    matching: lastOf(rest.filter((event) => meeting.has(event))),
    others: lastOf(others),
    ...(looks && { looks }),
    ...(assessment && {
      facts: {
        holding: assessment.holding,
        unknowable: [...assessment.unknowable].map(([fact, reason]) => ({ fact, reason })),
        busy: assessment.busy,
        done: isDone(assessment),
      },
    }),
    ...(filtered && { filtered: filtered.text }),
    systems: systems.map(({ name, ready }) => ({ name, ready })),
    faults: scope.faults.evidence(),
    timeline: timelineOf(scope),
    ...(cause !== undefined && { cause }),
    ...(dump !== undefined && { dump }),
  };

  function lastOf(events: readonly ScopedEvent[]): EventEvidence[] {
    return events.slice(-othersShown).map(({ entry }) => show(entry));
  }

  function timelineOf(of: ScopeCore) {
    return timeline(journal.entries(of.from), {
      scope: of.id,
      from: of.from,
      openedAt: of.openedAt,
      belongs: (entry) => of.belongs(entry),
    });
  }
}

/** One that nothing ties to the test, and that agrees in no field, is something else: a difference to that says nothing. */
function isClose(scope: ScopeCore, { entry, differences, compared }: NearMiss): boolean {
  return scope.belongs(entry) === "mine" || differences.length < compared;
}

function circumstanceOf(
  scope: ScopeCore,
  { code, late = [], assessment }: FailureDetails,
  near: boolean,
): Circumstance | undefined {
  if (code === "SYSTEM_EXITED") {
    const { death } = scope.harness.lives;
    return death !== undefined && death.sequence < scope.from ? "ended before" : undefined;
  }
  if (code === "WRONG_CONTENT") return near ? undefined : "nothing to compare with";
  if (late.length > 0) return "came late";
  // what could have happened unseen has other reasons: the wait says so where work is one
  if (assessment === undefined || code === "UNKNOWN") return undefined;
  return isDone(assessment) ? "work is done" : goingOn(assessment);
}

/** Which work goes on, for the hint. */
export function goingOn({ busy, unacknowledged }: Assessment): Circumstance | undefined {
  if (busy.length === 0) return undefined;
  return unacknowledged ? "not acknowledged" : "work goes on";
}

function describe(scope: ScopeCore, entry: Stamped<MessageEntry>, ordinal: number | undefined): EventEvidence {
  const { sequence, arrivedAt, channel, id } = entry;
  const read = entry.kind === "received";
  return {
    sequence,
    offset: arrivedAt - scope.openedAt,
    channel,
    id,
    payload: read ? entry.payload : entry.body,
    belongs: scope.belongs(entry),
    claimed: scope.isClaimed(sequence),
    deliveries: read ? scope.deliveriesOf(entry) : 1,
    ...(ordinal !== undefined && { ordinal }),
    ...(scope.harness.declarations.get(channel)?.deadLetters && { deadLetter: true }),
  };
}
