export { escapeJson, escapeText } from "./escape.ts";
export { isSecret, isSecretField, redacted, redactText } from "./redact.ts";
