export type { Activity } from "./broker/activity.ts";
export type { EndpointFaults, RequestSelection } from "./faults/endpoint-faults.ts";
export type { EndpointRequest } from "./faults/endpoint-faults-in-force.ts";
export type { Fault, FaultHit } from "./faults/fault.ts";
export type { Faults } from "./faults/faults.ts";
export type { MessageSelection, QueueFaults, TopicFaults } from "./faults/message-faults.ts";
export type { FaultMessage } from "./faults/place-faults.ts";
export type { FaultSelection } from "./faults/selection.ts";
export {
  type AwsClientConfig,
  type AwsSimulator,
  type AwsSimulatorOptions,
  type MessageInspection,
  type QueueInspection,
  startAwsSimulator,
} from "./start-aws-simulator.ts";
export type { Advance } from "./time-travel.ts";
