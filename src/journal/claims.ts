/** What the waits of one scope have taken. The journal knows nothing of it: capture is not consumption. */
export class Claims {
  readonly #claimed = new Set<number>();

  claim(sequence: number): void {
    this.#claimed.add(sequence);
  }

  isClaimed(sequence: number): boolean {
    return this.#claimed.has(sequence);
  }
}
