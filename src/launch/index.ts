export { attachSystem, type AttachedSystem, type AttachSystemOptions } from "./attach-system.ts";
export type { LogBook, LogPeriod } from "./log-book.ts";
export type { Ready } from "./readiness.ts";
export { startProcess } from "./start-process.ts";
export type { StartedProcess } from "./started-process.ts";
export type { StartProcessOptions } from "./start-process-options.ts";
