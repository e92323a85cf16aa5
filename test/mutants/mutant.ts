/** One deliberate fault: a text in a file, and what stands in its place. */
export interface Mutant {
  /** What is broken, for people. */
  readonly name: string;
  /** From the root of the repository. */
  readonly file: string;
  /** Must stand there exactly once. */
  readonly find: string;
  readonly replace: string;
  /** The test files that must notice, from the root. */
  readonly tests: readonly string[];
}
