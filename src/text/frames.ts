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

/** Where Wakeful's own files are: its sources, or what was built of them. "" where it is part of a bundle of the user's. */
const ownFolder = decodeURI(/^file:\/\/(.*\/(?:src|dist)\/)/.exec(import.meta.url)?.[1] ?? "");

/** "new Promise (<anonymous>)", "async Promise.all (index 0)", "processTicksAndRejections (node:internal/...)". */
const notOfUser = /\((<anonymous>|index \d+)\)|[ (]node:|\/node_modules\//;

/**
 * An error's frames from the first line that the user wrote: neither ours, nor Node's, nor that of a package. "" where none
 * of them is.
 */
export function framesOfUser(error: { readonly stack?: string }): string {
  const frames = framesOf(error).split("\n");
  const first =
    ownFolder === "" ? -1 : frames.findIndex((frame) => !notOfUser.test(frame) && !decoded(frame).includes(ownFolder));
  return first === -1 ? "" : frames.slice(first).join("\n");
}

/** Frames name files by their URLs or by their paths. */
function decoded(frame: string): string {
  try {
    return decodeURI(frame);
  } catch {
    // a path with a "%" of its own
    return frame;
  }
}
