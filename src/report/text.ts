import { formatDuration } from "../errors.ts";
import type { Evidence, EventEvidence } from "./evidence.ts";
import { escapeText, shorten, summarize } from "./summarize.ts";
import { renderTimeline } from "./timeline-text.ts";

const longest = 8_000;
const eventsShown = 5;
const blockedEnoughToSay = 50;

/**
 * The text of a failure: what was awaited, since when, what came closest or instead, what came late, the timeline, a
 * hint. Bounded; nothing in it can control a terminal.
 */
export function renderText(evidence: Evidence): string {
  const sections = [
    escapeText(evidence.headline),
    facts(evidence),
    closest(evidence),
    events(
      "came late",
      evidence.late,
      (event) => `, ${formatDuration((event as { by?: number }).by ?? 0)} after the deadline`,
    ),
    events("this came", evidence.unexpected),
    events(
      evidence.closest === undefined && evidence.unexpected.length === 0 ? "came instead" : "also came",
      others(evidence),
    ),
    looks(evidence),
    evidence.dump === undefined
      ? ""
      : `  dump      ${shorten(escapeText(typeof evidence.dump === "string" ? evidence.dump : summarize(evidence.dump, 1_000)), 1_000)}`,
    timelineSection(evidence),
    `  hint      ${evidence.hint}`,
  ];
  return fit(
    sections.filter((section) => section !== ""),
    longest,
  );
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(9)} ${text}`;
}

function facts({ awaited, sla, waited, lateness, facts: known, systems, cause }: Evidence): string {
  const condition =
    awaited.match !== undefined
      ? ` ${summarize(awaited.match)}`
      : awaited.predicate !== undefined
        ? ` ${shorten(escapeText(awaited.predicate.replace(/\s+/g, " ")), 160)}`
        : "";
  const rows = [row("awaited", `${awaited.what}${condition}`)];
  if (sla !== undefined) {
    rows.push(
      row(
        "waited",
        `${formatDuration(waited)}; SLA ${formatDuration(sla.within)} (${sla.source}), counted from ${sla.zero}`,
      ),
    );
  } else rows.push(row("after", formatDuration(waited)));
  if (lateness !== undefined && lateness > blockedEnoughToSay) {
    rows.push(row("blocked", `this process was blocked for ${formatDuration(lateness)}`));
  }
  if (known !== undefined) {
    rows.push(row("known", known.holding.length === 0 ? "nothing" : known.holding.join(", ")));
    for (const { fact, reason } of known.unknowable) rows.push(row("unknown", `${fact}: ${reason}`));
    for (const line of known.busy) rows.push(row("busy", line));
  }
  for (const { name, ready } of systems) if (!ready) rows.push(row("system", `${name} is not alive and ready`));
  if (cause !== undefined) rows.push(row("cause", summarize(cause, 400)));
  return rows.join("\n");
}

function closest({ closest: near }: Evidence): string {
  if (near === undefined) return "";
  const rows = [row("closest", eventText(near.event))];
  for (const { path, expected, actual, missing } of near.differences.slice(0, 10)) {
    rows.push(`              ${path === "" ? "payload" : path}`);
    rows.push(`                expected  ${summarize(expected)}`);
    rows.push(`                received  ${missing ? "no such field" : summarize(actual)}`);
  }
  if (near.differences.length > 10) rows.push(`              … ${near.differences.length - 10} more`);
  return rows.join("\n");
}

function others({ others: all, closest: near }: Evidence): readonly EventEvidence[] {
  return all.filter(({ sequence }) => sequence !== near?.event.sequence);
}

function events(
  title: string,
  list: readonly EventEvidence[],
  more: (event: EventEvidence) => string = () => "",
): string {
  if (list.length === 0) return "";
  const shown = list.slice(-eventsShown);
  const rows = shown.map((event, index) => row(index === 0 ? title : "", `${eventText(event)}${more(event)}`));
  if (list.length > shown.length) rows.push(row("", `… and ${list.length - shown.length} before`));
  return rows.join("\n");
}

function eventText({ sequence, offset, channel, payload, belongs, claimed, deliveries }: EventEvidence): string {
  const notes = [
    belongs === "foreign" ? "of another test" : belongs === "unattributed" ? "bears no trace" : undefined,
    claimed ? "taken by an earlier wait" : undefined,
    deliveries > 1 ? `${deliveries} deliveries` : undefined,
  ].filter((note) => note !== undefined);
  return `#${sequence} +${formatDuration(offset)} ${channel} ${summarize(payload)}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
}

function looks({ looks: seen }: Evidence): string {
  if (seen === undefined) return "";
  const rows = [row("looks", String(seen.count))];
  const distinct = seen.history;
  const shown = distinct.length <= 6 ? distinct : [...distinct.slice(0, 3), ...distinct.slice(-3)];
  for (const { result, times } of shown) rows.push(`              ${times} × ${summarize(result, 300)}`);
  return rows.join("\n");
}

function timelineSection({ timeline, scope }: Evidence): string {
  if (timeline.length === 0) return "";
  return `  timeline of "${escapeText(shorten(scope.name, 120))}"\n${renderTimeline(timeline)}`;
}

/** Keeps the first and last sections whole and cuts what is between them. */
function fit(sections: string[], limit: number): string {
  const text = sections.join("\n");
  if (text.length <= limit) return text;
  const hint = sections.at(-1) ?? "";
  return `${text.slice(0, limit - hint.length - 40)}\n  … (cut; the JSON evidence has the rest)\n${hint}`;
}
