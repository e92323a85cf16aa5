import type { Broker } from "../broker/broker.ts";
import type { Fault, FaultEvent, FaultOwner, Struck } from "./fault.ts";

interface Held {
  /** The scopes that were open when it was made, and still are. */
  readonly scopes: Set<object>;
  readonly takeOut: () => void;
}

/** The faults in force, each until its scopes have closed. */
export class FaultRegistry implements FaultOwner {
  readonly #broker: Broker;
  readonly #scopes: ReadonlySet<object>;
  readonly #faults = new Map<Fault, Held>();

  /** `scopes` are those that are open; they come and go. */
  constructor(broker: Broker, scopes: ReadonlySet<object>) {
    this.#broker = broker;
    this.#scopes = scopes;
  }

  get inForce(): readonly Fault[] {
    return [...this.#faults.keys()];
  }

  /** Keeps a fault that was just put in force; `takeOut` ends it where it is asked for. */
  add<F extends Fault>(fault: F, takeOut: () => void): F {
    this.#faults.set(fault, { scopes: new Set(this.#scopes), takeOut });
    this.tell(fault, "set", "in force from here");
    return fault;
  }

  undo(fault: Fault): void {
    const held = this.#faults.get(fault);
    if (held === undefined) return;
    this.#faults.delete(fault);
    held.takeOut();
    const { length } = fault.hits;
    const hits = length === 0 ? "; it hit nothing" : ` after ${length} ${length === 1 ? "hit" : "hits"}`;
    this.tell(fault, "undone", `undone${hits}`);
  }

  scopeClosed(scope: object): void {
    for (const [fault, { scopes }] of this.#faults) {
      if (scopes.delete(scope) && scopes.size === 0) this.undo(fault);
    }
  }

  clear(): void {
    for (const fault of this.#faults.keys()) this.undo(fault);
  }

  now(): number {
    return this.#broker.time.now();
  }

  tell(fault: Fault, event: FaultEvent, text: string, struck: Struck = {}): void {
    const { origin, ...message } = struck;
    const about = { ...message, ...(origin !== undefined && { origin: origin.id }) };
    this.#broker.activity.add(
      { what: `fault ${event}`, at: this.now(), ...about, fault: fault.name, detail: text },
      origin,
    );
  }
}
