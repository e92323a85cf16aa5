import { relative } from "node:path";

// "at name (file:12:3)" or "at async file:12:3"; a path may hold spaces and brackets
const frame = /(?:^\s*at (?:async )?|\()(?:file:\/\/)?(\/.+?|[A-Za-z]:[\\/].+?):(\d+):\d+\)?$/;

/** Where a stack begins: the file and line of its first frame that has one. Frames inside of Node have none. */
export function topFrame(stack: string | undefined): { readonly file: string; readonly line: string } | undefined {
  for (const text of (stack ?? "").split("\n")) {
    if (!text.trimStart().startsWith("at ")) continue;
    const parts = frame.exec(text);
    if (parts !== null) return { file: (parts[1] as string).replace(/\?.*$/, ""), line: parts[2] as string };
  }
  return undefined;
}

/** Where a stack begins, for people: "at test/orders.test.ts:12". A probe's own text would be what a compiler made of it. */
export function placeInSource(stack: string): string | undefined {
  const top = topFrame(stack);
  if (top === undefined) return undefined;
  const path = relative(process.cwd(), top.file);
  return `at ${path.startsWith("..") ? top.file : path}:${top.line}`;
}
