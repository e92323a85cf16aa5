export type {
  Accounting,
  BrokerNote,
  InjectedFault,
  InjectedFaultFailure,
  Mark,
  MarkOptions,
  OpenedScope,
  Pending,
} from "./accounting.ts";
export type {
  AnyDeclaration,
  ChannelDeclaration,
  Correlation,
  DeadLettersDeclaration,
  ListenableDeclaration,
  SendableDeclaration,
  TransportInfo,
} from "./channel-declaration.ts";
export type { Codec } from "./codec.ts";
export type {
  Attributes,
  DeadLetter,
  Endpoint,
  EndpointFilter,
  IncomingMessage,
  ListenerSink,
  OutgoingMessage,
  RedriveReceipt,
  SendReceipt,
  Subscription,
  UndecodableMessage,
} from "./endpoint.ts";
export type { InferInput, InferOutput, SchemaIssue, SchemaResult, StandardSchema } from "./standard-schema.ts";
export type { ObservedSystem, SystemExit, SystemLogLine } from "./system.ts";
