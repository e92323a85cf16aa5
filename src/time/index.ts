export { type Clock, delay, systemClock } from "./clock.ts";
export { Deadline, type DeadlineCap, type Passed } from "./deadline.ts";
export { debuggerAttached } from "./debugger.ts";
export { type Duration, formatDuration, milliseconds } from "./duration.ts";
export { defaultSchedule, type Schedule, toSchedule } from "./schedule.ts";
export { EventLoopLag } from "./event-loop-lag.ts";
export { traceContext } from "./trace-context.ts";
export { WatchedPromise } from "./watched-promise.ts";
export { Waker } from "./waker.ts";
