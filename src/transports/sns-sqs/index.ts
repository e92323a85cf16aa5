export type { HandMessage, QueueOptions, QueueState, ReceiveOptions, SubscribeOptions } from "./by-hand.ts";
export type { SnsClient, SqsClient } from "./client.ts";
export { type ChannelOptions, type DeadLetterOptions, SnsSqs, snsSqs, type SnsSqsOptions } from "./transport.ts";
