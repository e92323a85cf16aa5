import { statSync } from "node:fs";

type Command = readonly [string, ...string[]];

/** "node" is the Node that runs this process: the one on PATH may be another version. */
export function resolveCommand([program, ...parameters]: Command, inspect: boolean): Command {
  if (!isNode(program)) return [program, ...parameters];
  // port 0: a free one, so that several systems can be inspected
  return [process.execPath, ...(inspect ? ["--inspect=127.0.0.1:0"] : []), ...parameters];
}

export function isNode(program: string): boolean {
  return program === "node" || program === process.execPath;
}

/** Why a program could not be started, for people. */
export function whyNotStarted(program: string, cwd: string, cause: unknown): string {
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) return `there is no folder ${cwd}`;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "ENOENT") return `no "${program}" (in ${cwd})`;
  if (code === "EACCES") return `"${program}" may not be executed (in ${cwd})`;
  return cause instanceof Error ? cause.message : String(cause);
}
