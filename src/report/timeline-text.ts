import { formatDuration } from "../text/index.ts";
import type { TimelineLine } from "../journal/index.ts";
import { oneLine, summarize } from "./summarize.ts";

const widest = 160;

/** A timeline as text, one line each: offset, what happened, content. */
export function renderTimeline(lines: readonly TimelineLine[]): string {
  return timelineRows(lines).join("\n");
}

export function timelineRows(lines: readonly TimelineLine[]): string[] {
  const offsets = lines.map(({ offset }) => `+${formatDuration(Math.max(0, offset))}`);
  const width = offsets.reduce((longest, { length }) => Math.max(longest, length), 0);
  return lines.map(({ text, content, belongs, times }, index) => {
    const note = belongs === "foreign" ? " (of another test)" : belongs === "unattributed" ? " (bears no trace)" : "";
    const repeated = times === undefined ? "" : ` (${times} looks)`;
    const line = `${text}${repeated}${content === undefined ? "" : ` ${summarize(content, 120)}`}${note}`;
    return `    ${(offsets[index] ?? "").padStart(width)}  ${oneLine(line, widest)}`;
  });
}
