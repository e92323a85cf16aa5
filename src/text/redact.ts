const secretWord =
  "pass(?:word|phrase|code|wd)|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|signing[-_]?key|authorization|bearer|cookie|credential";
const secret = new RegExp(secretWord, "i");

/** What stands in place of a secret. */
export const redacted = "[redacted]";

/** Whether a field's name says that its value must not be shown. */
export function isSecret(name: string): boolean {
  return secret.test(name);
}

/** Which fields of an object bear the name of another field: `{ name: "Authorization", value: "..." }`, a difference. */
const named = [
  { names: ["path"], values: ["expected", "actual"] },
  { names: ["name", "Name", "key", "Key"], values: ["value", "Value"] },
];

/** Whether a field must not be shown: by its own name, or by the name that the field beside it gives it. */
export function isSecretField(field: string, beside: (field: string) => unknown): boolean {
  if (isSecret(field)) return true;
  const { names } = named.find(({ values }) => values.includes(field)) ?? { names: [] };
  return names.map(beside).some((name) => typeof name === "string" && isSecret(name));
}

const name = `[\\w-]{0,40}(?:${secretWord})[\\w-]{0,40}`;
/** `"password":"x"` */
const inJson = new RegExp(`("${name}"\\s*:\\s*)(?:"(?:\\\\[^]|[^"\\\\])*"?|[^\\s"{[,}\\]]+)`, "gi");
/** `\"password\":\"x\"`: JSON within JSON. */
const inNestedJson = new RegExp(`((\\\\+")${name}\\2\\s*:\\s*\\2)[^"]*?(?=\\2|$)`, "gi");
/** `password=x` */
const inPair = new RegExp(`(${name}=)(?![=>])[^\\s&;,"'\`]+`, "gi");

/** Text without the secrets that JSON or `name=value` in it show: a body that could not be decoded, a line of a log. */
export function redactText(text: string): string {
  return secret.test(text)
    ? text.replace(inJson, `$1"${redacted}"`).replace(inNestedJson, `$1${redacted}`).replace(inPair, `$1${redacted}`)
    : text;
}
