// everything that moves the cursor, colours the terminal or hides text: control, format and line separators, halves of characters
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
// oxlint-disable-next-line no-control-regex -- colours, which test runners and loggers put into their texts
const colours = /\u001b\[[\d;]*m/g;

/** Text of one line that cannot control a terminal: colours are left out, other such characters are shown by their code. */
export function escapeText(text: string): string {
  return text.replace(colours, "").replace(unsafe, (character) => (character === "\t" ? "  " : codes(character)));
}

/** JSON that cannot control a terminal and says the same. */
export function escapeJson(json: string): string {
  return json.replace(unsafe, (character) => (character === "\n" ? "\n" : codes(character)));
}

function codes(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
