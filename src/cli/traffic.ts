import type { Activity } from "../simulator/index.ts";
import { escapeText } from "../text/index.ts";

const idShown = 8;
const whatWidth = "delivery failed".length;
const longestLine = 300;

/** What a line tells: something that happened, or what the view left out. */
export type Told = Omit<Activity, "what"> & { readonly what: Activity["what"] | "not shown" };

/** One line of the live view: "12:00:03.120  delivered        3f2a91c0  orders  receive 2". The time is UTC. */
export function trafficLine({ at, queue, what, messageId, receives, detail, fault }: Told): string {
  const told = [
    queue ?? "",
    what === "delivered" && receives !== undefined ? `receive ${receives}` : "",
    fault ?? "",
    detail ?? "",
  ];
  const line = [
    new Date(at).toISOString().slice(11, 23),
    what.padEnd(whatWidth),
    (messageId ?? "").slice(0, idShown).padEnd(idShown),
    ...told.filter((part) => part !== ""),
  ].join("  ");
  // names come from whoever calls: no terminal may be steered by them
  const shown = escapeText(line).trimEnd();
  return shown.length > longestLine ? `${shown.slice(0, longestLine)}…` : shown;
}
