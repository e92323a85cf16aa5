export type {
  HandMessage,
  MoveOptions,
  QueueOptions,
  QueueState,
  ReceiveOptions,
  SubscribeOptions,
} from "./by-hand.ts";
export type { SnsClient, SqsClient } from "./client.ts";
export type { FifoSendOptions, QueueSendOptions } from "./send-options.ts";
export type { FilterOptions } from "./subscription.ts";
export type { Swept } from "./sweep.ts";
export {
  type ChannelOptions,
  type DeadLetterOptions,
  SnsSqs,
  snsSqs,
  type SnsSqsOptions,
  type TopicOptions,
} from "./transport.ts";
