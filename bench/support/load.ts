import { RawConnection, type Request } from "./raw-connection.ts";

/** Requests over several connections at once, one at a time on each. */
export class Load implements Disposable {
  readonly #connections: RawConnection[];

  private constructor(connections: RawConnection[]) {
    this.#connections = connections;
  }

  static async open(url: URL, count: number): Promise<Load> {
    return new Load(await Promise.all(Array.from({ length: count }, () => RawConnection.open(url))));
  }

  [Symbol.dispose](): void {
    for (const connection of this.#connections) connection[Symbol.dispose]();
  }

  /** Each connection asks `next`, with the answer to its last request, for another one, until it says undefined. */
  async run(next: (connection: number, answer: string) => Request | undefined): Promise<void> {
    await Promise.all(
      this.#connections.map(
        (connection, index) =>
          new Promise<void>((resolve, reject) => {
            // no promise for each request: what the load takes, the servers lack
            const goOn = (answer: string) => {
              const request = next(index, answer);
              if (request === undefined) resolve();
              else connection.send(request, goOn, reject);
            };
            goOn("");
          }),
      ),
    );
  }
}
