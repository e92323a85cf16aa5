const frame = /\(?((?:file:\/\/|\/|[A-Za-z]:\\)[^()\s]*?):(\d+):(\d+)\)?\s*$/;

/** Where a stack begins: the file and line of its first frame that has one. */
export function topFrame(stack: string | undefined): { readonly file: string; readonly line: string } | undefined {
  for (const text of (stack ?? "").split("\n")) {
    if (!text.trimStart().startsWith("at ")) continue;
    const parts = frame.exec(text);
    if (parts !== null)
      return { file: (parts[1] as string).replace(/^file:\/\//, "").replace(/\?.*$/, ""), line: parts[2] as string };
  }
  return undefined;
}
