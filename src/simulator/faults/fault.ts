import type { Origin } from "../broker/origin.ts";
import { type FaultSelection, Selector } from "./selection.ts";

const hitsKept = 1_000;

/** One thing that a fault did. */
export interface FaultHit {
  /** Virtual time. */
  readonly at: Date;
  /** "delivered twice", "SendMessage was throttled". */
  readonly text: string;
  /** The broker's id of the message that was hit; left out for a request. */
  readonly messageId?: string;
}

/**
 * A fault in force. Dispose it to undo it. One that was made while scopes were open is undone when the last of them closes;
 * one that was made while none was (in `start()`) stays until it is disposed.
 *
 * @example
 * using lost = simulator.faults.on("orders").drop({ nth: 1 });
 * await shop.order();
 * expect(lost.hits).toHaveLength(1);
 */
export interface Fault extends Disposable {
  /** For people: "duplicate on queue orders, number 2". */
  readonly name: string;
  /** How many messages or requests it counted: those that it looks at, and its `where` accepts. */
  readonly passed: number;
  /** What it did, the latest 1,000. A fault that hit nothing proves nothing: assert on it. */
  readonly hits: readonly FaultHit[];
}

/** What a fault tells of itself. */
export type FaultEvent = "set" | "hit" | "undone" | "broken";

/** What was hit, as far as it is known. */
export interface Struck {
  readonly queue?: string;
  readonly messageId?: string;
  /** Of the message. */
  readonly origin?: Origin;
  readonly traceId?: string;
}

/** Whom a fault tells, and who takes it out of force. */
export interface FaultOwner {
  now(): number;
  tell(fault: Fault, event: FaultEvent, text: string, struck?: Struck): void;
  undo(fault: Fault): void;
}

/** A fault as the simulator keeps it: what it selects, and what it did. */
export class ActiveFault<Subject> implements Fault {
  readonly name: string;
  declare readonly passed: number;
  declare readonly hits: readonly FaultHit[];
  readonly #selector: Selector<Subject>;
  readonly #owner: FaultOwner;
  readonly #hits: FaultHit[] = [];

  /** `what` is its name without the selection. Throws `INVALID_OPTION`. */
  constructor(what: string, selection: FaultSelection<Subject>, owner: FaultOwner) {
    this.#selector = new Selector(selection);
    const selected = this.#selector.describe();
    this.name = selected === "" ? what : `${what}, ${selected}`;
    this.#owner = owner;
    // properties of its own, and not of its class: test runners print copies, which have no class's private state
    Object.defineProperties(this, {
      passed: { enumerable: true, get: () => this.#selector.passed },
      hits: { enumerable: true, get: () => [...this.#hits] },
    });
  }

  /** Whether this one is to be hit. To be asked once for each that passes by. */
  selects(subject: () => Subject): boolean {
    try {
      return this.#selector.hits(subject);
    } catch (error) {
      // it is asked in the middle of somebody's request, which is not to blame
      this.#owner.tell(this, "broken", `its predicate threw ${String(error)}`);
      return false;
    }
  }

  /** Writes a hit down. */
  hit(text: string, struck: Struck = {}): void {
    const { messageId } = struck;
    this.#hits.push({ at: new Date(this.#owner.now()), text, ...(messageId !== undefined && { messageId }) });
    if (this.#hits.length > hitsKept) this.#hits.shift();
    this.#owner.tell(this, "hit", text, struck);
  }

  [Symbol.dispose](): void {
    this.#owner.undo(this);
  }
}
