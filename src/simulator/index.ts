export type { Activity } from "./broker/activity.ts";
export {
  type AwsClientConfig,
  type AwsSimulator,
  type AwsSimulatorOptions,
  type MessageInspection,
  type QueueInspection,
  startAwsSimulator,
} from "./start-aws-simulator.ts";
export type { Advance } from "./time-travel.ts";
