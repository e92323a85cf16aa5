import { randomUUID } from "node:crypto";
import type { Broker } from "./broker.ts";
import type { Queue } from "./queue.ts";

const second = 1_000;

export type MoveTaskStatus = "RUNNING" | "COMPLETED" | "CANCELLED" | "FAILED";

export interface MoveTaskOptions {
  readonly broker: Broker;
  readonly source: Queue;
  /** Default: each message goes back to the queue that it was dead-lettered from. */
  readonly destinationArn: string | undefined;
  /** Messages a virtual second. Default: all at once. */
  readonly rate: number | undefined;
}

/** Moves the messages of a dead-letter queue on. They arrive as new messages. */
export class MoveTask {
  readonly id = randomUUID();
  readonly destinationArn: string | undefined;
  readonly rate: number | undefined;
  readonly startedAt: number;
  readonly toMove: number;
  readonly #broker: Broker;
  readonly #source: Queue;
  #status: MoveTaskStatus = "RUNNING";
  #moved = 0;
  #failure: string | undefined;
  #next: Disposable | undefined;

  constructor({ broker, source, destinationArn, rate }: MoveTaskOptions) {
    this.#broker = broker;
    this.#source = source;
    this.destinationArn = destinationArn;
    this.rate = rate;
    this.startedAt = broker.time.now();
    this.toMove = source.tally.total.ready;
    this.#step();
  }

  get status(): MoveTaskStatus {
    return this.#status;
  }

  get moved(): number {
    return this.#moved;
  }

  /** Why it failed. */
  get failure(): string | undefined {
    return this.#failure;
  }

  cancel(): void {
    if (this.#status === "RUNNING") this.#end("CANCELLED");
  }

  /** What is due now; the rest a second later. */
  #step(): void {
    this.#moved += this.#source.moveOut(Math.min(this.rate ?? this.toMove, this.toMove - this.#moved), (message) => {
      const arn = this.destinationArn ?? message.deadLetteredFrom;
      const destination = arn === undefined ? undefined : this.#broker.queueByArn(arn);
      if (destination !== undefined) destination.addMoved(message);
      else if (arn === undefined) this.#failure = "CouldNotDetermineMessageSource";
      else this.#failure = "AWS.SimpleQueueService.NonExistentQueue";
      return destination !== undefined;
    });
    if (this.#failure !== undefined) this.#end("FAILED");
    else if (this.#moved >= this.toMove || this.#source.tally.total.ready === 0) this.#end("COMPLETED");
    else {
      this.#next = this.#broker.time.at(this.#broker.time.now() + second, () => {
        this.#step();
      });
    }
  }

  #end(status: MoveTaskStatus): void {
    this.#status = status;
    this.#next?.[Symbol.dispose]();
  }
}
