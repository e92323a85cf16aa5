export type { Bus, CustomBus } from "./bus.ts";
export { type EventClass, type EventOptions, InProcess, inProcess, type InProcessOptions } from "./transport.ts";
