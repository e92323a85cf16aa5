import type { AwsSimulator, Fault, Faults, QueueFaults } from "../simulator/index.ts";
import { WrongUse } from "./command-failed.ts";
import type { FaultKindName } from "./fault-kinds.ts";
import type { FaultRequest } from "./fault-request.ts";
import { unknownName } from "./names.ts";
import { table } from "./table.ts";

type MadeKind = Exclude<FaultKindName, "list" | "clear">;

/** Puts a fault in force, lists those that are, or undoes them. Returns what to print. */
export function fault(simulator: AwsSimulator, request: FaultRequest): string {
  const { faults } = simulator;
  const { kind } = request;
  if (kind === "list" || kind === "clear") return listOrClear(faults, kind);
  return `In force: ${put(simulator, kind, request).name}.`;
}

function put(simulator: AwsSimulator, kind: MadeKind, request: FaultRequest): Fault {
  const { selection, by = 0, status, processed } = request;
  const { endpoint } = simulator.faults;
  const onMessages = () => placeOf(simulator, request.place ?? "");
  switch (kind) {
    case "duplicate":
      return onMessages().duplicate(selection);
    case "delay":
      return onMessages().delay(by, selection);
    case "reorder":
      return onMessages().reorder({ ...selection, ...(request.by !== undefined && { heldFor: by }) });
    case "drop":
      return onMessages().drop(selection);
    case "reject-acknowledgement":
      return onMessages().rejectAcknowledgement(selection);
    case "redeliver-early":
      return onMessages().redeliverEarly({ ...selection, after: by });
    case "throttle":
      return endpoint.throttle(selection);
    case "fail":
      return endpoint.fail({ ...selection, ...(status !== undefined && { status }) });
    case "close-connection":
      return endpoint.closeConnection({ ...selection, processed: processed === true });
    case "slow":
      return endpoint.slow(by, selection);
    case "expire-credentials":
      return endpoint.expireCredentials(selection);
    case "skew-clock":
      return endpoint.skewClock(by, selection);
  }
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
    ...inForce.map(({ name, passed, hitCount }) => [name, String(passed), String(hitCount)]),
  ]);
}

/** "orders", or "queue:orders" and "topic:orders" where there are both. */
function placeOf({ faults, queues, topics }: AwsSimulator, place: string): QueueFaults {
  const [, kind = "queue or topic", name = ""] = /^(?:(queue|topic):)?(.*)$/s.exec(place) ?? [];
  const known = [...(kind === "topic" ? [] : queues), ...(kind === "queue" ? [] : topics)];
  if (!known.includes(name)) throw new WrongUse(unknownName(kind, name, [...new Set(known)]));
  if (kind === "queue") return faults.on({ queue: name });
  // a topic refuses what it cannot have
  if (kind === "topic") return faults.on({ topic: name }) as QueueFaults;
  if (queues.includes(name) && topics.includes(name)) {
    throw new WrongUse(`There are a queue and a topic "${name}": say queue:${name} or topic:${name}.`);
  }
  return faults.on(name);
}
