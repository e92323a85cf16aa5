import { UsageError, verdictError, VerdictError, verdictTexts } from "../errors.ts";
import type { ProbeContext, ProbeFailure } from "../probe/index.ts";
import { type Evidence, renderText, toPlain } from "../report/index.ts";
import { formatDuration, systemClock, WatchedPromise } from "../time/index.ts";

const defaultSla = 3_000;

/** For probes outside any scope: real time, a report without a timeline. */
export const bareContext: ProbeContext = {
  clock: systemClock,
  sla: defaultSla,
  slaSource: "the default",
  onBlocked: (length, description) => {
    process.emitWarning(
      `${description} blocked this process for ${formatDuration(length)}: nothing else ran meanwhile`,
      {
        type: "WakefulWarning",
        code: "WAKEFUL_PROBE_BLOCKS",
      },
    );
  },
  fail: plainFailure,
  // no scope ends that could tell of a wait that nobody awaited: so what is returned is a derived promise, which is loud
  start: (what, calledFrom, signal, wait) =>
    WatchedPromise.start({ what, calledFrom, signal }, async (combined, origin) => {
      try {
        return await wait(combined, origin);
      } catch (error) {
        // what the user sees first is the line of the test, not a line of ours
        if (error instanceof UsageError || error instanceof VerdictError)
          error.stack = `${error.name}: ${error.message}\n${origin()}`;
        throw error;
      }
    }).then((value) => value),
};

/** A probe's failure without a journal: its evidence and its text are made like a scope's, secrets redacted. */
function plainFailure(failure: ProbeFailure): Error {
  const { code, detail, what, waited, within, source, history, cause, dump, lateness, blocked } = failure;
  const evidence: Evidence = {
    code,
    ...verdictTexts(code, { detail }),
    scope: { name: "no scope", traceId: "" },
    awaited: { what },
    sla: { within, source, zero: "the start of the wait" },
    waited,
    ...(lateness !== undefined && { lateness }),
    ...(blocked !== undefined && { blocked }),
    late: [],
    unexpected: [],
    matching: [],
    others: [],
    looks: { count: history.count, first: history.first, last: history.last, history: history.runs },
    systems: [],
    faults: [],
    timeline: [],
    ...(cause !== undefined && { cause }),
    ...(dump !== undefined && { dump }),
  };
  return verdictError(code, toFacts(detail, evidence), {
    text: renderText(evidence),
    ...(cause !== undefined && { cause }),
    ...plainSides(diffOf(cause)),
  });
}

/** What a verdict's error bears for programs: plain data, secrets redacted. */
export function toFacts(detail: string, evidence: Evidence) {
  const { circumstance } = evidence;
  return { detail: String(toPlain(detail)), ...(circumstance && { circumstance }), evidence: toPlain(evidence) };
}

/**
 * Both sides of a difference, as the runner may print them: no secret may show there. (`cause` is another matter: that is
 * the user's own error, given back as it was thrown. What it says and bears, the user's assertion library has put there.)
 */
export function plainSides(sides: { readonly actual?: unknown; readonly expected?: unknown }) {
  return {
    ...("actual" in sides && { actual: toPlain(sides.actual) }),
    ...("expected" in sides && { expected: toPlain(sides.expected) }),
  };
}

/** `actual` and `expected` of an assertion error, for the runner's own diff. */
export function diffOf(cause: unknown): { actual?: unknown; expected?: unknown } {
  if (typeof cause !== "object" || cause === null || !("actual" in cause) || !("expected" in cause)) return {};
  return { actual: cause.actual, expected: cause.expected };
}
