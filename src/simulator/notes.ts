import type { BrokerNote } from "../contracts/index.ts";
import type { Activity } from "./broker/activity.ts";
import type { Broker } from "./broker/broker.ts";
import { namedForPeople } from "./own-listener.ts";

/** What a reader brings about. */
const ofReaders = new Set<Activity["what"]>(["delivered", "deleted", "returned", "released"]);

/**
 * What of the broker's doings people should find in the timeline. Nothing of the harness's own queues but what a filter keeps
 * from them, nor what it does on those that it reads as well; nothing that an event's own entry tells already: that it was accepted.
 */
export function noteOf(activity: Activity, broker: Broker, readByHarness: readonly string[]): BrokerNote | undefined {
  const { what, queue: name, messageId, origin = messageId, traceId, fault, faultId } = activity;
  const event = faultEvents.get(what);
  if (event === undefined && name !== undefined && what !== "filtered out") {
    if (broker.queues.get(name)?.harnessOwned === true) return undefined;
    if (ofReaders.has(what) && readByHarness.includes(name)) return undefined;
  }
  const worded = textOf(activity);
  if (worded === undefined) return undefined;
  const text = ofSubscriptions.has(what) ? namedForPeople(worded, broker) : worded;
  const about = {
    ...(origin !== undefined && { messageId: origin }),
    ...(traceId !== undefined && traceId !== "" && { traceId }),
  };
  return {
    text,
    ...(routine.has(what) && { routine: true }),
    // a refused request is somebody's too
    ...((origin !== undefined || event === "hit" || what === "refused") && { about }),
    ...(event !== undefined &&
      fault !== undefined && {
        fault: { name: fault, ...(faultId !== undefined && { id: faultId }), event, text: activity.detail ?? "" },
      }),
  };
}

/** What tells of a subscription by its queue. */
const ofSubscriptions = new Set<Activity["what"]>(["filtered out", "discarded", "dead-lettered"]);

/** What a timeline that is too long does without first. */
const routine = new Set<Activity["what"]>(["delivered", "deleted", "refused", "filtered out"]);

const faultEvents = new Map<Activity["what"], "set" | "hit" | "undone" | "broken">([
  ["fault set", "set"],
  ["fault hit", "hit"],
  ["fault undone", "undone"],
  ["fault broken", "broken"],
]);

function textOf({ what, queue, receives = 0, detail = "", fault = "" }: Activity): string | undefined {
  switch (what) {
    case "accepted":
      return undefined;
    case "deduplicated":
      return `not taken in by queue ${queue} again: it has its deduplication id`;
    case "published to nobody":
      return `published to topic ${detail}, which has no subscription`;
    case "filtered out":
      return `kept out by the filter policy ${detail}`;
    case "delivered":
      return queue === undefined ? `delivered to ${detail}` : `taken from queue ${queue} (receive ${receives})`;
    case "visible":
      return `visible on queue ${queue}, after ${detail}`;
    case "returned":
      return `back on queue ${queue} after ${detail}: it was not acknowledged`;
    case "released":
      return `back on queue ${queue} after ${detail}: its consumer gave it back`;
    case "deleted":
      return `deleted from queue ${queue}: acknowledged`;
    case "dead-lettered":
      return receives === 0
        ? `given up: ${detail}; on queue ${queue}`
        : `given up by queue ${queue} after receive ${receives}, to ${detail.slice(detail.lastIndexOf(":") + 1)}`;
    case "moved":
      return `moved out of queue ${queue}`;
    case "expired":
      return `expired on queue ${queue}`;
    case "purged":
      return `purged from queue ${queue}: ${detail}`;
    case "time advanced":
      return `simulator: time advanced ${detail}`;
    case "delivery failed":
      return `delivery failed: ${detail}`;
    case "discarded":
      return `discarded: ${detail}`;
    case "delivered without a queue policy":
      return detail;
    case "refused":
      return `simulator refused ${detail}`;
    case "fault set":
    case "fault undone":
    case "fault broken":
      return `fault ${fault}: ${detail}`;
    case "fault hit":
      return `fault: ${detail} (${fault})`;
  }
}
