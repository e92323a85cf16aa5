export { json } from "./json.ts";
export { jsonEnvelope, type JsonEnvelopeOptions } from "./json-envelope.ts";
export { raw } from "./raw.ts";
