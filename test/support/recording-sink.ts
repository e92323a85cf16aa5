import type { IncomingMessage, ListenerSink } from "../../src/contracts/index.ts";

/** A sink that keeps what it is told, in order, and to which every message is its own. */
export class RecordingSink implements ListenerSink {
  readonly events: IncomingMessage[] = [];
  readonly log: string[] = [];
  #changed = Promise.withResolvers<void>();

  event(message: IncomingMessage): void {
    this.events.push(message);
    this.#tell("event");
  }
  undecodable(): void {
    this.#tell("undecodable");
  }
  deaf(): void {
    this.#tell("deaf");
  }
  back(lost: boolean): void {
    this.#tell(lost ? "back, events lost" : "back");
  }
  failed(): void {
    this.#tell("failed");
  }
  ours(): boolean {
    return true;
  }
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#changed.promise;
  }
  #tell(what: string): void {
    this.log.push(what);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
