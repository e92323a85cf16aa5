/** One deliberate fault: a text in a file, and what stands in its place. */
export interface Mutant {
  /** What is broken, for people. */
  readonly name: string;
  /** From the root of the repository. */
  readonly file: string;
  /** Must stand there exactly once. */
  readonly find: string;
  readonly replace: string;
  /** The test files, or folders of them, that must notice, from the root. One of their tests must run and turn red. */
  readonly tests: readonly string[];
  /** Whether a run that does not end counts as noticed: only for faults that take a time-out away. */
  readonly mayHang?: boolean;
}
