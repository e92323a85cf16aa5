/** Where a command writes, and what ends it; the tests give their own. */
export interface Terminal {
  readonly print: (text: string) => void;
  /** What went wrong: never part of what `$(…)` or a pipe takes. */
  readonly complain: (text: string) => void;
  /** Resolves when the user wants the program to end. */
  readonly interrupted: () => Promise<void>;
}
