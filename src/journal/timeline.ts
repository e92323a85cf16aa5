import type { Entry, LookEntry, NoteEntry, ReceivedEntry, RefusedEntry, SentEntry, Stamped } from "./entries.ts";

const idShown = 8;

/** One line of a timeline: plain data, for reports. */
export interface TimelineLine {
  /** Milliseconds since the scope began. */
  readonly offset: number;
  readonly kind: Entry["kind"];
  /** What happened, without its content. */
  readonly text: string;
  /** The payload, the value of a look, the cause. */
  readonly content?: unknown;
  /** To whom an event belongs, unless it is this scope's. */
  readonly belongs?: "foreign" | "unattributed";
  /** How many lines this one stands for, when more than one. */
  readonly times?: number;
}

export interface TimelineOptions {
  /** The scope's id. */
  readonly scope: string;
  /** The first sequence of the scope. */
  readonly from: number;
  /** When the scope began, monotonic. */
  readonly openedAt: number;
  readonly belongs: (
    entry: Stamped<ReceivedEntry> | Stamped<RefusedEntry> | Stamped<NoteEntry>,
  ) => "mine" | "foreign" | "unattributed";
  /** Default 60: beyond it the middle is left out. */
  readonly limit?: number;
}

/**
 * What happened in a scope, in order: its own events, what may be its own, logs, exits. Bounded: where it is too long, what
 * happens to every message goes first.
 */
export function timeline(entries: Iterable<Entry>, options: TimelineOptions): TimelineLine[] {
  const all = [...entries].filter(({ sequence }) => sequence >= options.from);
  const limit = options.limit ?? 60;
  const lines = linesOf(all, options);
  if (lines.length <= limit) return lines;
  return shorten(
    linesOf(
      all.filter((entry) => entry.kind !== "note" || entry.routine !== true),
      options,
    ),
    limit,
  );
}

function linesOf(entries: readonly Entry[], options: TimelineOptions): TimelineLine[] {
  const lines: TimelineLine[] = [];
  const sent = new Map(entries.flatMap((entry) => (entry.kind === "sent" ? [[entry.id, entry.sequence]] : [])));
  let looks: { probe: string; index: number; count: number } | undefined;
  for (const entry of entries) {
    const line = describe(entry, options, sent);
    if (line === undefined) continue;
    if (entry.kind === "look" && looks?.probe === entry.probe && looks.index === lines.length - 1) {
      looks.count++;
      lines[looks.index] = { ...line, times: looks.count };
      continue;
    }
    lines.push(line);
    if (entry.kind === "look") looks = { probe: entry.probe, index: lines.length - 1, count: 1 };
  }
  // a send is written down when the broker has accepted it, after what it caused may have arrived
  return lines.sort((a, b) => a.offset - b.offset);
}

/** `sent` has the sequences of what was sent, by the broker's ids. */
function describe(
  entry: Entry,
  { scope, openedAt, belongs }: TimelineOptions,
  sent: ReadonlyMap<string, number>,
): TimelineLine | undefined {
  const base = { offset: entry.at - openedAt, kind: entry.kind };
  switch (entry.kind) {
    case "scope opened":
    case "scope closed":
      return entry.scope === scope
        ? { ...base, text: entry.kind === "scope opened" ? "test begins" : "test ends" }
        : undefined;
    case "sent": {
      if (entry.scope !== scope) return undefined;
      const reached = entry.reached === undefined ? "" : `, reached ${entry.reached}`;
      return {
        ...base,
        offset: entry.startedAt - openedAt,
        text: `${sentText(entry)}${reached}`,
        content: entry.payload,
      };
    }
    case "received": {
      const owner = belongs(entry);
      const again = entry.redeliveryOf === undefined ? "" : ` again (delivery ${entry.deliveries})`;
      return {
        ...base,
        text: `heard ${entry.channel} #${entry.sequence}${again}`,
        content: entry.payload,
        ...(owner !== "mine" && { belongs: owner }),
      };
    }
    case "refused": {
      const owner = belongs(entry);
      return {
        ...base,
        text: `heard ${entry.channel} #${entry.sequence}, ${entry.why}: ${entry.problems.join("; ")}`,
        content: entry.body,
        ...(owner !== "mine" && { belongs: owner }),
      };
    }
    case "listener":
      return {
        ...base,
        text: `listener on ${entry.channel} ${entry.state}`,
        ...(entry.cause !== undefined && { content: entry.cause }),
      };
    case "look":
      return entry.scope === scope
        ? { ...base, text: `${entry.probe}: ${lookText(entry)}`, content: entry.result }
        : undefined;
    case "log":
      return { ...base, text: `${entry.system} | ${entry.text}` };
    case "system":
      return {
        ...base,
        text: `${entry.system} ${entry.state}${entry.detail === "" ? "" : ` (${entry.detail})`}${entry.state === "exited" && !entry.expected ? ", unexpectedly" : ""}`,
      };
    case "fault":
      return entry.scope === undefined || entry.scope === scope
        ? { ...base, text: `fault in ${entry.where}`, content: entry.cause }
        : undefined;
    case "verdict":
      return entry.scope === scope ? { ...base, text: `${entry.what}: ${entry.outcome}, ${entry.detail}` } : undefined;
    case "note": {
      if (entry.scope !== undefined && entry.scope !== scope) return undefined;
      if (entry.about === undefined) return { ...base, text: entry.text };
      const owner = belongs(entry);
      if (owner === "foreign") return undefined;
      return { ...base, text: noteText(entry, sent), ...(owner !== "mine" && { belongs: owner }) };
    }
    case "gap":
      return { ...base, text: `${entry.dropped} older entries were dropped` };
  }
}

/** "taken from queue orders (receive 1), of #7"; of what the harness did not send itself, the beginning of the broker's id. */
function noteText({ sequence, text, about, fault }: Stamped<NoteEntry>, sent: ReadonlyMap<string, number>): string {
  const { messageId } = about ?? {};
  const hit = fault?.event === "hit" ? `#${sequence} ` : "";
  if (messageId === undefined) return `${hit}${text}`;
  const event = sent.get(messageId);
  return `${hit}${text}, ${event === undefined ? `message ${messageId.slice(0, idShown)}` : `of #${event}`}`;
}

function sentText({ channel, sequence, backTo, duplicate }: Stamped<SentEntry>): string {
  if (backTo !== undefined) return `sent back from ${channel} to ${backTo} #${sequence}`;
  return `sent ${channel} #${sequence}${duplicate === true ? ", a duplicate to the broker" : ""}`;
}

function lookText(entry: LookEntry): string {
  return `look ${entry.number} ${entry.outcome === "held" ? "holds" : entry.outcome}`;
}

function shorten(lines: TimelineLine[], limit: number): TimelineLine[] {
  if (lines.length <= limit) return lines;
  const head = Math.floor(limit / 3);
  const tail = limit - head - 1;
  const left = lines.length - head - tail;
  const middle = lines[head] as TimelineLine;
  return [
    ...lines.slice(0, head),
    { offset: middle.offset, kind: "note", text: `… ${left} more …` },
    ...lines.slice(-tail),
  ];
}
