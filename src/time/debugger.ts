import inspector from "node:inspector";

/** Whether a debugger may be holding this process: deadlines do not run out and virtual clocks stand still meanwhile. */
export function debuggerAttached(): boolean {
  return inspector.url() !== undefined;
}
