export type { Bus } from "./bus.ts";
export type { CustomBus } from "./custom-bus.ts";
export { type EventClass, type EventOptions, InProcess, inProcess, type InProcessOptions } from "./transport.ts";
