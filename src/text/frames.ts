/** The stack of whoever called `called`, without a heading. */
export function framesAbove(called: (...parameters: never[]) => unknown): string {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, called);
  return framesOf(holder);
}

/** An error's stack without its heading. */
export function framesOf(error: { readonly stack?: string }): string {
  const lines = error.stack?.split("\n") ?? [];
  return lines.slice(lines.findIndex((line) => line.startsWith("    at "))).join("\n");
}

/** Has an error show these frames instead of its own: what the user wrote, instead of where it was found. */
export function showFrames<E>(error: E, frames: string): E {
  if (error instanceof Error && frames !== "") error.stack = `${error.name}: ${error.message}\n${frames}`;
  return error;
}
