export type { Evidence, EventEvidence, InjectedFaultEvidence, LookEvidence } from "./evidence.ts";
export { renderJson } from "./json.ts";
export { toPlain } from "./plain.ts";
export { renderText } from "./text.ts";
export { renderTimeline } from "./timeline-text.ts";
