/** What a kind of fault is put on, and takes. */
export interface FaultKind {
  /** "messages": of the queue or topic that is named. "requests": of any client. "faults": those in force. */
  readonly on: "messages" | "requests" | "faults";
  /** "`fault drop` …" */
  readonly does: string;
  /** Options that it cannot do without. */
  readonly needs?: readonly FaultOption[];
  /** Options that it can have besides. */
  readonly takes: readonly FaultOption[];
}

export type FaultOption = "nth" | "share" | "seed" | "by" | "service" | "action" | "status" | "processed";

const which = ["nth", "share", "seed"] as const;
const requests = [...which, "service", "action"] as const;

/** The kinds of `wakeful fault`, as data: what fits them, help and docs/cli.md come from it. */
export const faultKinds = {
  duplicate: { on: "messages", does: "delivers them twice", takes: which },
  delay: { on: "messages", does: "lets them arrive so much later", needs: ["by"], takes: which },
  reorder: {
    on: "messages",
    does: "lets the next one overtake; one that none overtakes is held so long at most, 1s by default",
    takes: ["by", ...which],
  },
  drop: { on: "messages", does: "accepts them, and loses them", takes: which },
  "reject-acknowledgement": { on: "messages", does: "refuses to delete them, so that they come again", takes: which },
  "redeliver-early": {
    on: "messages",
    does: "lets them be received again while somebody works on them; after so long, at once by default",
    takes: ["by", ...which],
  },
  throttle: { on: "requests", does: "refuses them as too many", takes: requests },
  fail: {
    on: "requests",
    does: "answers 500, or the status given",
    takes: ["status", ...requests],
  },
  "close-connection": {
    on: "requests",
    does: "closes the connection before they take effect, or after it",
    takes: ["processed", ...requests],
  },
  slow: { on: "requests", does: "answers so much later", needs: ["by"], takes: requests },
  "expire-credentials": { on: "requests", does: "refuses their credentials as expired", takes: requests },
  "skew-clock": {
    on: "requests",
    does: "judges signatures by a clock that is so much ahead; from 15m on they are refused",
    needs: ["by"],
    takes: requests,
  },
  list: { on: "faults", does: "shows those in force, what passed by them, and what they hit", takes: [] },
  clear: { on: "faults", does: "undoes them all", takes: [] },
} as const satisfies Readonly<Record<string, FaultKind>>;

export type FaultKindName = keyof typeof faultKinds;

/** "--by, --nth, --share, --seed" */
export function optionsOf({ needs = [], takes }: FaultKind): string {
  return [...needs, ...takes].map((option) => `--${option}`).join(", ");
}
