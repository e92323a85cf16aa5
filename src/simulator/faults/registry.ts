import type { InjectedFaultFailure, OpenedScope } from "../../contracts/index.ts";
import { counted } from "../../text/index.ts";
import { isHarnessTrace, traceContext } from "../../time/index.ts";
import type { Broker } from "../broker/broker.ts";
import type { Fault, FaultEvent, FaultOwner, KeptFault, Struck } from "./fault.ts";

/** A scope that is open on the simulator. */
export interface SimulatorScope {
  readonly name: string;
  /** Left out by who opens scopes by hand. */
  readonly opened?: OpenedScope;
}

interface Held {
  /** The scopes that it belongs to, as long as they are open. */
  readonly scopes: Set<SimulatorScope>;
  /** Of the scope whose test made it, where that is known. */
  readonly traceId: string | undefined;
  readonly takeOut: () => void;
}

/** The faults in force, each until its scopes have closed. */
export class FaultRegistry implements FaultOwner {
  readonly #broker: Broker;
  readonly #scopes: ReadonlySet<SimulatorScope>;
  readonly #faults = new Map<KeptFault, Held>();
  /** What went wrong while no scope was open that could fail by it. */
  #untold: readonly InjectedFaultFailure[] = [];

  /** `scopes` are those that are open; they come and go. */
  constructor(broker: Broker, scopes: ReadonlySet<SimulatorScope>) {
    this.#broker = broker;
    this.#scopes = scopes;
  }

  get inForce(): readonly Fault[] {
    return [...this.#faults.keys()];
  }

  /** Keeps a fault that was just put in force; `takeOut` ends it where it is asked for. */
  add<F extends KeptFault>(fault: F, takeOut: () => void): F {
    const maker = this.#maker();
    const scopes = new Set(maker === undefined ? this.#scopes : [maker]);
    this.#faults.set(fault, { scopes, traceId: maker?.opened?.traceId, takeOut });
    this.tell(fault, "set", "in force from here");
    return fault;
  }

  undo(fault: KeptFault): void {
    const held = this.#faults.get(fault);
    if (held === undefined) return;
    this.#faults.delete(fault);
    held.takeOut();
    const { hitCount } = fault;
    const hits = hitCount === 0 ? "; it hit nothing" : ` after ${counted(hitCount, "hit")}`;
    this.tell(fault, "undone", `undone${hits}`);
    const missed = fault.missed();
    // never thrown: `using` would hide the test's own error behind it
    if (missed !== undefined) failAll(held.scopes, missed);
  }

  broke(fault: KeptFault, cause: unknown): void {
    const text = `its predicate threw ${String(cause)}`;
    this.tell(fault, "broken", text);
    const failure = { ...fault.failure("its predicate threw", text), cause };
    const own = this.#faults.get(fault)?.scopes ?? new Set<SimulatorScope>();
    // one that no scope made is wrong for all of them
    const concerned = own.size > 0 ? own : this.#scopes;
    if (concerned.size > 0) failAll(concerned, failure);
    else this.#untold = [...this.#untold, failure];
  }

  scopeOpened(scope: SimulatorScope): void {
    const untold = this.#untold;
    this.#untold = [];
    for (const failure of untold) failAll([scope], failure);
  }

  scopeClosed(scope: SimulatorScope): void {
    for (const [fault, { scopes }] of this.#faults) {
      if (scopes.size === 1 && scopes.has(scope)) this.undo(fault);
      scopes.delete(scope);
    }
  }

  clear(): void {
    for (const fault of this.#faults.keys()) this.undo(fault);
  }

  isForeign(fault: KeptFault, traceIds: readonly string[]): boolean {
    const own = this.#faults.get(fault)?.traceId;
    if (own === undefined || traceIds.length === 0) return false;
    // what bears no trace may be of the test
    return traceIds.every((traceId) => isHarnessTrace(traceId) && traceId !== own);
  }

  now(): number {
    return this.#broker.time.now();
  }

  tell({ name, id }: KeptFault, event: FaultEvent, text: string, struck: Struck = {}): void {
    const { origin, traceIds = [], ...message } = struck;
    const about = { ...message, ...(origin !== undefined && { origin: origin.id }) };
    const activity = {
      what: `fault ${event}`,
      at: this.now(),
      ...about,
      fault: name,
      faultId: id,
      detail: text,
    } as const;
    if (traceIds.length === 0) this.#broker.activity.add(activity, origin);
    // a request may carry messages of several tests: each is to know
    for (const traceId of traceIds) this.#broker.activity.add({ ...activity, traceId }, origin);
  }

  /** The scope whose test makes a fault now, where that is known. */
  #maker(): SimulatorScope | undefined {
    const traceId = traceContext.getStore()?.traceId;
    return [...this.#scopes].find(({ opened }) => opened !== undefined && opened.traceId === traceId);
  }
}

function failAll(scopes: Iterable<SimulatorScope>, failure: InjectedFaultFailure): void {
  for (const { opened } of scopes) opened?.faultFailed(failure);
}
