export { json } from "./json.ts";
export { type JsonEnvelope, jsonEnvelope, type JsonEnvelopeOptions, openEnvelope } from "./json-envelope.ts";
export { protobuf, type ProtobufOptions } from "./protobuf.ts";
export {
  openProtobufEnvelope,
  type ProtobufEnvelope,
  protobufEnvelope,
  type ProtobufEnvelopeOptions,
} from "./protobuf-envelope.ts";
export type { ProtobufType } from "./protobuf-type.ts";
export { raw } from "./raw.ts";
