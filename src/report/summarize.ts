import { errorLine } from "./error-text.ts";
import { escapeText, redactText } from "../text/index.ts";
import { isError, toPlainWithin } from "./plain.ts";

/** How much more is read than is shown, so that a long text at the beginning is not cut short for what follows. */
const reserve = 100;

/** Cuts a text in its middle, where that says least. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const head = Math.ceil((limit - 3) * 0.7);
  return `${text.slice(0, head)} … ${text.slice(text.length - (limit - 3 - head))}`;
}

/** Any text as one line: bounded, secrets redacted; it cannot control a terminal. */
export function oneLine(text: string, limit: number): string {
  return shorten(escapeText(redactText(shorten(text, limit * reserve))), limit);
}

/** A value on one line: JSON where it can be, bounded, secrets redacted. */
export function summarize(value: unknown, limit = 200): string {
  const data = toPlainWithin(value, limit * reserve);
  if (isError(value)) return oneLine(errorLine(data), limit);
  const text = typeof value === "string" || typeof data !== "string" ? JSON.stringify(data) : data;
  return oneLine(text, limit);
}
