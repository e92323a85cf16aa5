import type { Activity } from "../simulator/index.ts";
import { escapeText } from "../text/index.ts";

const idShown = 8;

/** One line of the live view: "12:00:03.120  orders  delivered  3f2a91c0  receive 2". */
export function trafficLine({ at, queue, what, messageId, receives, detail, fault }: Activity): string {
  const time = new Date(at).toISOString().slice(11, 23);
  const parts = [
    time,
    queue ?? "",
    what,
    messageId?.slice(0, idShown) ?? "",
    what === "delivered" && receives !== undefined ? `receive ${receives}` : "",
    fault ?? "",
    detail ?? "",
  ];
  // names come from whoever calls: no terminal may be steered by them
  return escapeText(parts.filter((part) => part !== "").join("  "));
}
