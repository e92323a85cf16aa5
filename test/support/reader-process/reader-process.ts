import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Answer, Order, ReaderOptions } from "./protocol.ts";

/** A harness in a process of its own, which can be killed: what it leaves on the broker is what a crash leaves. */
export class ReaderProcess implements AsyncDisposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Resolves when it listens, or was refused. */
  static async start(options: ReaderOptions): Promise<{ reader: ReaderProcess; said: Answer }> {
    const child = fork(new URL("main.ts", import.meta.url).pathname, [JSON.stringify(options)], { execArgv: [] });
    const reader = new ReaderProcess(child);
    return { reader, said: await reader.#answer() };
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async tell(order: Order): Promise<Answer> {
    this.#child.send(order);
    return await this.#answer();
  }

  /** Closes its harness, and ends. */
  async close(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.send({ close: true } satisfies Order);
    await ended;
  }

  /** Nothing of it runs any more: no listener is closed, no lease is given up. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }

  async #answer(): Promise<Answer> {
    const ended = new AbortController();
    const gone = once(this.#child, "exit", { signal: ended.signal }).then(([code]: unknown[]) => {
      throw new Error(`the reading process ended with ${String(code)} instead of answering`);
    });
    try {
      const [said] = (await Promise.race([once(this.#child, "message"), gone])) as [Answer];
      return said;
    } finally {
      gone.catch(() => undefined);
      ended.abort();
    }
  }
}
