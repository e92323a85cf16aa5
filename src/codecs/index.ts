export { json } from "./json.ts";
export { type JsonEnvelope, jsonEnvelope, type JsonEnvelopeOptions, openEnvelope } from "./json-envelope.ts";
export { raw } from "./raw.ts";
