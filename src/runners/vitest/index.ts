export type { Closable } from "./open-resources.ts";
export type { EnvironmentOptions, StartContext, StartedEnvironment } from "./environment.ts";
export type { FailureMeta } from "./evidence.ts";
export { type WakefulFixtures, wakefulTest } from "./wakeful-test.ts";
