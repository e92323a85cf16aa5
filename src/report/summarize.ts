import { toPlain } from "./plain.ts";

// everything that moves the cursor, colours the terminal or hides text: control, format and line separators
const unsafe = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Text that cannot control a terminal: such characters are shown by their code. */
export function escapeText(text: string): string {
  return text.replace(unsafe, (character) =>
    character === "\t" ? "  " : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Cuts a text in its middle, where that says least. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const head = Math.ceil((limit - 3) * 0.7);
  return `${text.slice(0, head)} … ${text.slice(text.length - (limit - 3 - head))}`;
}

/** A value on one line: JSON where it can be, bounded, secrets redacted. */
export function summarize(value: unknown, limit = 200): string {
  if (value instanceof Error) return shorten(escapeText(`${value.name}: ${value.message.split("\n")[0]}`), limit);
  const data = toPlain(value);
  const text =
    typeof value === "string" || (typeof data !== "string" && data !== undefined) ? JSON.stringify(data) : String(data);
  return shorten(escapeText(text), limit);
}
