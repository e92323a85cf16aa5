export { attachSystem, type AttachedSystem, type AttachSystemOptions } from "./attach-system.ts";
export { LogBook, type LogPeriod } from "./log-book.ts";
export type { Ready } from "./readiness.ts";
export { type StartedProcess, startProcess, type StartProcessOptions } from "./start-process.ts";
