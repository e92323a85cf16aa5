import { errorText } from "./error-text.ts";
import type { Evidence, EventEvidence, InjectedFaultEvidence } from "./evidence.ts";
import { toPlainWithin } from "./plain.ts";
import { formatDuration, isSecret, ordinal, redacted } from "../text/index.ts";
import { oneLine, shorten, summarize } from "./summarize.ts";
import { timelineRows } from "./timeline-text.ts";

const longest = 8_000;
const longestRow = 1_000;
const eventsShown = 5;
const differencesShown = 10;
const linesShown = 8;
const faultsShown = 10;
const hitsShown = 5;
/** Shorter times than this, ms, are not worth a word. */
const enoughToSay = 50;
const indent = " ".repeat(14);

/**
 * The text of a failure: what was awaited, since when, what came closest or instead, what came late, the timeline, a
 * hint. Bounded; nothing in it can control a terminal.
 */
export function renderText(evidence: Evidence): string {
  return fit([
    evidence.headline,
    ...facts(evidence),
    ...faults(evidence),
    ...closest(evidence),
    ...events("came late", evidence.late, ({ by }) => `, ${formatDuration(by)} after the deadline`),
    ...events("this came", evidence.unexpected),
    ...events("matching", evidence.matching),
    ...events(insteadOfIt(evidence) ? "came instead" : "also came", others(evidence)),
    ...looks(evidence),
    ...dump(evidence),
    ...timelineSection(evidence),
    row("hint", evidence.hint),
  ]);
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(9)} ${text}`;
}

/** A text of several lines: the first beside the name, the next few below. */
function block(name: string, text: string): string[] {
  const [first = "", ...lines] = shorten(text, longest)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
  const rows = [row(name, first), ...lines.slice(0, linesShown).map((line) => `${indent}${line}`)];
  if (lines.length > linesShown) rows.push(`${indent}… ${lines.length - linesShown} more lines`);
  return rows;
}

/** After the SLA it listens on for a while, to tell a late event from one that never comes. */
function listenedOn(waited: number, within: number): string {
  const rest = waited - within;
  return rest > enoughToSay ? `; the last ${formatDuration(rest)} only to see what comes late` : "";
}

function whatIsKnown({ holding, done }: NonNullable<Evidence["facts"]>): string {
  if (holding.length === 0) return "nothing";
  const list = holding.join(", ");
  return done ? `all work is done (${list}): nothing more comes of it` : list;
}

function facts({
  awaited,
  sla,
  waited,
  lateness,
  blocked,
  facts: known,
  filtered,
  systems,
  cause,
}: Evidence): string[] {
  const condition =
    awaited.match !== undefined
      ? ` ${summarize(awaited.match)}`
      : awaited.predicate !== undefined
        ? ` ${oneLine(awaited.predicate.replace(/\s+/g, " "), 160)}`
        : "";
  const rows = [row("awaited", `${awaited.what}${condition}`)];
  if (sla !== undefined) {
    rows.push(
      row(
        "waited",
        `${formatDuration(waited)}; SLA ${formatDuration(sla.within)} (${sla.source}), counted from ${sla.zero}${listenedOn(waited, sla.within)}`,
      ),
    );
  } else rows.push(row("after", formatDuration(waited)));
  if (lateness !== undefined && lateness > enoughToSay) {
    rows.push(row("blocked", `this process was blocked for ${formatDuration(lateness)}`));
  }
  if (blocked !== undefined)
    rows.push(
      row(
        "blocked",
        `the probe itself blocked this process for ${formatDuration(blocked)}: nothing else ran meanwhile`,
      ),
    );
  if (known !== undefined) {
    rows.push(row("known", whatIsKnown(known)));
    for (const { fact, reason } of known.unknowable) rows.push(row("unknown", `${fact}: ${reason}`));
    for (const line of known.busy) rows.push(row("busy", line));
  }
  if (filtered !== undefined) rows.push(row("filter", filtered));
  for (const { name, ready } of systems) if (!ready) rows.push(row("system", `${name} is not alive and ready`));
  if (cause !== undefined)
    rows.push(...block("cause", errorText(toPlainWithin(cause, longest)) ?? summarize(cause, 400)));
  return rows;
}

/** The faults that were injected: what was done to the system on purpose. */
function faults({ faults: injected }: Evidence): string[] {
  const rows = injected
    .slice(0, faultsShown)
    .map((fault, index) => row(index === 0 ? "faults" : "", `${fault.name}: ${faultText(fault)}`));
  if (injected.length > faultsShown) rows.push(row("", `… and ${injected.length - faultsShown} more`));
  return rows;
}

function faultText({ count, hits, problem }: InjectedFaultEvidence): string {
  if (count === 0) return problem ?? "hit nothing of this test";
  const shown = hits.slice(0, hitsShown).map(({ sequence }) => `#${sequence}`);
  const more = count > shown.length ? `, and ${count - shown.length} more` : "";
  return `hit ${shown.join(", ")}${more}${problem === undefined ? "" : `; ${problem}`}`;
}

function closest({ closest: near }: Evidence): string[] {
  if (near === undefined) return [];
  const rows = [row("closest", eventText(near.event))];
  for (const { path, expected, actual, missing } of near.differences.slice(0, differencesShown)) {
    const show = (value: unknown) => (isSecret(path) ? redacted : summarize(value));
    rows.push(`${indent}${path === "" ? "payload" : path}`);
    rows.push(`${indent}  expected  ${show(expected)}`);
    rows.push(`${indent}  received  ${missing ? "no such field" : show(actual)}`);
  }
  const left = near.differences.length - differencesShown;
  if (left > 0) rows.push(`${indent}… ${left} more`);
  return rows;
}

/** Whether something was awaited of which nothing came, not even late. */
function insteadOfIt({ awaitsNothing = false, closest: near, late, unexpected, matching }: Evidence): boolean {
  return !awaitsNothing && near === undefined && late.length + unexpected.length + matching.length === 0;
}

function others({ others: all, closest: near }: Evidence): readonly EventEvidence[] {
  return all.filter(({ sequence }) => sequence !== near?.event.sequence);
}

function events<E extends EventEvidence>(
  title: string,
  list: readonly E[],
  more: (event: E) => string = () => "",
): string[] {
  const shown = list.slice(-eventsShown);
  const rows = shown.map((event, index) => row(index === 0 ? title : "", `${eventText(event)}${more(event)}`));
  if (list.length > shown.length) rows.push(row("", `… and ${list.length - shown.length} before`));
  return rows;
}

function eventText({
  sequence,
  offset,
  channel,
  payload,
  belongs,
  claimed,
  deliveries,
  deadLetter,
  ordinal: number,
}: EventEvidence): string {
  const notes = [
    number === undefined ? undefined : `the ${ordinal(number)}`,
    belongs === "foreign" ? "of another test" : belongs === "unattributed" ? "bears no trace" : undefined,
    claimed ? "taken by an earlier wait" : undefined,
    deliveries > 1 ? deliveriesText(deliveries, deadLetter) : undefined,
  ].filter((note) => note !== undefined);
  return `#${sequence} +${formatDuration(offset)} ${channel} ${summarize(payload)}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
}

/** A broker goes on counting where it gives up: of a dead letter the last one is the harness's own. */
function deliveriesText(deliveries: number, deadLetter = false): string {
  return deadLetter ? `received ${deliveries} times, the last time by the harness` : `${deliveries} deliveries`;
}

function looks({ looks: seen }: Evidence): string[] {
  if (seen === undefined) return [];
  const distinct = seen.history;
  const shown = distinct.length <= 6 ? distinct : [...distinct.slice(0, 3), ...distinct.slice(-3)];
  return [
    row("looks", String(seen.count)),
    ...shown.map(({ result, times }) => `${indent}${times} × ${summarize(result, 300)}`),
  ];
}

function dump({ dump: value }: Evidence): string[] {
  if (value === undefined) return [];
  return block("dump", typeof value === "string" ? value : summarize(value, longestRow));
}

function timelineSection({ timeline, scope }: Evidence): string[] {
  if (timeline.length === 0) return [];
  return [`  timeline of "${oneLine(scope.name, 120)}"`, ...timelineRows(timeline)];
}

/** Makes the rows safe to print, keeps the first and the last, and as many of the others as there is room for. */
function fit(rows: readonly string[]): string {
  const [headline = "", ...safe] = rows.map((each) => oneLine(each, longestRow));
  const hint = safe.pop() ?? "";
  const cut = "  … (cut; the JSON evidence has the rest)";
  let left = longest - headline.length - hint.length - cut.length - 3;
  const shown = safe.findIndex((each) => (left -= each.length + 1) < 0);
  return [headline, ...(shown === -1 ? safe : [...safe.slice(0, shown), cut]), hint].join("\n");
}
