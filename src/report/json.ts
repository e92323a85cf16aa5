import { escapeJson } from "../text/index.ts";
import type { Evidence } from "./evidence.ts";
import { toPlain } from "./plain.ts";

/** The evidence as JSON, for tools: bounded, without cycles, secrets redacted. */
export function renderJson(evidence: Evidence): string {
  return escapeJson(JSON.stringify(toPlain(evidence), undefined, 2));
}
