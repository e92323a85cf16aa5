import { appendFileSync } from "node:fs";
import type { Verdict } from "wakeful";

/** Writes down how close green waits came to their deadlines, when a file for it is named: `npm run soak` reads it. */
export function recordMargin({ scope, what, outcome, took, within }: Verdict): void {
  const file = process.env["WAKEFUL_MARGINS"];
  if (file === undefined || outcome !== "green" || within === undefined) return;
  appendFileSync(file, `${JSON.stringify({ test: scope, what, took, within })}\n`);
}
