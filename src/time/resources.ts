/**
 * What a wait has armed, given back together in reverse order. Node's own DisposableStack begins with version 24; this one
 * runs on 22 too.
 */
export class Resources implements Disposable {
  readonly #held: Disposable[] = [];
  #disposed = false;

  get disposed(): boolean {
    return this.#disposed;
  }

  /** Takes care of a resource. */
  use(resource: Disposable): void {
    this.#held.push(resource);
  }

  /** Calls back when everything is given back. */
  defer(callback: () => void): void {
    this.use({ [Symbol.dispose]: callback });
  }

  /** Gives back everything, also when one of them throws; then throws what that one threw. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    const errors: unknown[] = [];
    for (let resource = this.#held.pop(); resource !== undefined; resource = this.#held.pop()) {
      try {
        resource[Symbol.dispose]();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
