/** Whether a debugger may be holding this process: deadlines do not run out and virtual clocks stand still meanwhile. */
export function debuggerAttached(): boolean {
  // loaded when first asked for: importing Wakeful should cost next to nothing
  return process.getBuiltinModule("node:inspector").url() !== undefined;
}
