/** An error as `toPlain` makes it. */
interface PlainError {
  readonly name: unknown;
  readonly message: string;
  readonly code?: unknown;
  readonly cause?: unknown;
}

const causesShown = 3;

function isPlainError(data: unknown): data is PlainError {
  return (
    typeof data === "object" && data !== null && "name" in data && "message" in data && typeof data.message === "string"
  );
}

/** An error and what caused it, as text of several lines; undefined for what is no error. Takes plain data. */
export function errorText(data: unknown): string | undefined {
  const texts: string[] = [];
  let error = data;
  while (isPlainError(error) && texts.length < causesShown) {
    texts.push(`${String(error.name)}: ${error.message || String(error.code ?? "")}`);
    error = error.cause;
  }
  return texts.length === 0 ? undefined : texts.join("\ncaused by ");
}

/** The first line of an error's text. */
export function errorLine(data: unknown): string {
  return (errorText(data) ?? String(data)).split("\n")[0] ?? "";
}
