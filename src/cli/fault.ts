import type { AwsSimulator, Fault, Faults, QueueFaults } from "../simulator/index.ts";
import type { Duration } from "../time/index.ts";
import { CommandFailed } from "./command-failed.ts";
import { table } from "./table.ts";

/** What a second terminal asks for, as its command line has it. */
export interface FaultRequest {
  readonly kind: string;
  readonly place?: string | undefined;
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

interface Selection {
  readonly nth?: readonly number[];
  readonly share?: number;
  readonly seed?: number;
}

/** Text of the option `--by`, as a duration: it is checked where it is used. */
type Length = Duration | undefined;

const onMessages: Readonly<Record<string, (on: QueueFaults, selection: Selection, by: Length) => Fault>> = {
  duplicate: (on, selection) => on.duplicate(selection),
  delay: (on, selection, by) => on.delay(needed(by, "delay"), selection),
  reorder: (on, selection, by) => on.reorder({ ...selection, ...(by !== undefined && { heldFor: by }) }),
  drop: (on, selection) => on.drop(selection),
  "reject-acknowledgement": (on, selection) => on.rejectAcknowledgement(selection),
  "redeliver-early": (on, selection, by) => on.redeliverEarly({ ...selection, ...(by !== undefined && { after: by }) }),
};

type OnEndpoint = (on: Faults["endpoint"], selection: Selection, by: Length, options: FaultRequest["options"]) => Fault;

const onEndpoint: Readonly<Record<string, OnEndpoint>> = {
  throttle: (on, selection) => on.throttle(selection),
  fail: (on, selection, _, { status }) =>
    on.fail({ ...selection, ...(status !== undefined && { status: Number(status) as 500 | 503 }) }),
  "close-connection": (on, selection, _, { processed }) =>
    on.closeConnection({ ...selection, processed: processed === true }),
  slow: (on, selection, by) => on.slow(needed(by, "slow"), selection),
  "expire-credentials": (on, selection) => on.expireCredentials(selection),
  "skew-clock": (on, selection, by) => on.skewClock(needed(by, "skew-clock"), selection),
};

/** The kinds, for help. */
export const faultKinds = { onMessages: Object.keys(onMessages), onEndpoint: Object.keys(onEndpoint) };

/** Puts a fault in force, lists those that are, or undoes them. Returns what to print. */
export function fault({ faults }: AwsSimulator, { kind, place, options }: FaultRequest): string {
  if (kind === "list" || kind === "clear") return listOrClear(faults, kind);
  const selection = selectionOf(options);
  const by = options["by"] as Length;
  const message = Object.hasOwn(onMessages, kind) ? onMessages[kind] : undefined;
  if (message !== undefined) {
    if (place === undefined) throw new CommandFailed(`${kind} needs the name of a queue or topic.`);
    return `In force: ${message(placeOf(faults, place), selection, by).name}.`;
  }
  const request = Object.hasOwn(onEndpoint, kind) ? onEndpoint[kind] : undefined;
  if (request === undefined) {
    const kinds = [...faultKinds.onMessages, ...faultKinds.onEndpoint].join(", ");
    throw new CommandFailed(`There is no fault "${kind}". There are: ${kinds}; and list, clear.`);
  }
  if (place !== undefined) throw new CommandFailed(`${kind} is on all requests: narrow it by --service or --action.`);
  const { service, action } = options;
  const narrowed = { ...selection, ...(service !== undefined && { service }), ...(action !== undefined && { action }) };
  return `In force: ${request(faults.endpoint, narrowed, by, options).name}.`;
}

function listOrClear(faults: Faults, kind: "list" | "clear"): string {
  const { inForce } = faults;
  if (inForce.length === 0) return "No faults are in force.";
  if (kind === "clear") {
    faults.clear();
    return `Undone: ${inForce.map(({ name }) => name).join("; ")}.`;
  }
  return table([
    ["fault", "passed", "hits"],
    ...inForce.map(({ name, passed, hits }) => [name, String(passed), String(hits.length)]),
  ]);
}

/** "orders", or "queue:orders" and "topic:orders" where there are both. */
function placeOf(faults: Faults, place: string): QueueFaults {
  const [kind = "", name] = place.split(":", 2);
  if (name !== undefined && kind === "queue") return faults.on({ queue: name });
  // a topic refuses what it cannot have
  if (name !== undefined && kind === "topic") return faults.on({ topic: name }) as QueueFaults;
  return faults.on(place);
}

function selectionOf({ nth, share, seed }: FaultRequest["options"]): Selection {
  return {
    ...(nth !== undefined && { nth: String(nth).split(",").map(Number) }),
    ...(share !== undefined && { share: Number(share) }),
    ...(seed !== undefined && { seed: Number(seed) }),
  };
}

function needed(by: Length, kind: string): Duration {
  if (by === undefined) throw new CommandFailed(`${kind} needs a length: --by 5s`);
  return by;
}
