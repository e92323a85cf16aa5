export { counted } from "./counted.ts";
export { escapeJson, escapeText } from "./escape.ts";
export { formatDuration } from "./format-duration.ts";
export { framesAbove, framesOf, framesOfUser, showFrames } from "./frames.ts";
export { isSecret, isSecretField, redacted, redactText } from "./redact.ts";
export { ordinal } from "./ordinal.ts";
export { similarNames } from "./similar-names.ts";
