import type { ObservedSystem, OpenedScope, TransportInfo } from "../contracts/index.ts";
import {
  Claims,
  type MessageEntry,
  type NoteEntry,
  type ReceivedEntry,
  type RefusedEntry,
  type SentEntry,
  type Stamped,
  type VerdictEntry,
} from "../journal/index.ts";
import type { DeadlineCap, WatchedPromise } from "../time/index.ts";
import type { HarnessCore } from "./harness-core.ts";
import { idsIn } from "./ids.ts";
import { InjectedFaults } from "./injected-faults.ts";
import { type EventState, ScopedEvent } from "./received-event.ts";
import { harnessTraceOf, newSpanId, newTraceId, traceparent } from "./trace.ts";
import { type MarkAnswer, marksOf } from "./transports.ts";
import type { Condition } from "./where.ts";

/** To whom an event belongs, seen from one scope. */
export type Belonging = "mine" | "foreign" | "unattributed";

/** How many declared ids of scopes that have ended are remembered, so that what bears one is still known as foreign. */
const rememberedOwners = 100_000;

let scopes = 0;

/** A wait, probe or send that this scope started. */
export interface StartedWait {
  readonly promise: WatchedPromise<unknown>;
  /** Monotonic. */
  readonly startedAt: number;
  /** Where it waits for events, for which, whether for their absence, and whether it counts them. */
  readonly about: { channel?: string; condition?: Condition; absence?: boolean; counted?: boolean };
}

/** One scope's state: whose events are whose, what was sent, what is claimed, which waits are pending. */
export class ScopeCore implements EventState {
  readonly harness: HarnessCore;
  readonly id: string;
  readonly name: string;
  readonly traceId: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The first sequence that belongs to the time of this scope. */
  readonly from: number;
  readonly openedAt: number;
  readonly openedWall: number;
  readonly claims = new Claims();
  readonly sent: Stamped<SentEntry>[] = [];
  readonly faults = new InjectedFaults();
  readonly marks: Promise<MarkAnswer[]>;
  readonly waits = new Set<StartedWait>();
  readonly #ended = new AbortController();
  readonly #events = new Map<number, ScopedEvent>();
  readonly #owned = new Set<string>();
  readonly #guards: Disposable[];
  sendsUnderWay = 0;
  cap: DeadlineCap | undefined;
  closed = false;

  constructor(harness: HarnessCore, name: string, cap: DeadlineCap | undefined) {
    this.harness = harness;
    this.traceId = newTraceId(harness.tracePrefix);
    this.id = `scope-${++scopes}`;
    this.name = name;
    this.cap = cap;
    const opened = harness.journal.append({ kind: "scope opened", scope: this.id, name, traceId: this.traceId });
    this.from = opened.sequence;
    this.openedAt = opened.at;
    this.openedWall = opened.wall;
    this.headers = Object.freeze({ traceparent: traceparent(this.traceId, newSpanId()) });
    harness.openScopes.add(this);
    const known: OpenedScope = {
      traceId: this.traceId,
      faultFailed: (problem) => {
        this.faults.fail(problem);
      },
    };
    this.#guards = harness.accountings.flatMap((accounting) => accounting.scopeOpened?.(name, known) ?? []);
    this.marks = marksOf(harness.accountings, this.traceId, this.#ended.signal);
  }

  get transports(): readonly TransportInfo[] {
    return this.harness.transports;
  }

  get systems(): readonly ObservedSystem[] {
    return this.harness.systems;
  }

  /** Aborted when the scope has ended. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  get intakesIdle(): boolean {
    for (const intake of this.harness.intakes.values()) if (!intake.idle) return false;
    return true;
  }

  own(id: string): void {
    const { owners } = this.harness;
    this.#owned.add(id);
    // the latest last, so that the oldest are forgotten first
    owners.delete(id);
    owners.set(id, this.id);
  }

  belongs(entry: Stamped<MessageEntry> | Stamped<NoteEntry>): Belonging {
    const trace = harnessTraceOf(entry.kind === "note" ? (entry.about ?? {}) : entry);
    if (trace !== undefined) return trace === this.traceId ? "mine" : "foreign";
    if (entry.kind === "note") return "unattributed";
    const { owners } = this.harness;
    if (owners.size === 0) return "unattributed";
    const ids = idsIn(entry, entry.kind === "received" ? entry.payload : entry.body, entry.correlation);
    if (ids.some((id) => this.#owned.has(id))) return "mine";
    return ids.some((id) => owners.has(id)) ? "foreign" : "unattributed";
  }

  /** Why an unattributed event cannot be told from another scope's; undefined when it can. */
  ambiguity(): string | undefined {
    const { openScopes, clock, sla, lastUnsettled } = this.harness;
    const others = [...openScopes].filter((scope) => scope !== this).map(({ name }) => `"${name}"`);
    if (others.length > 0) return `it may as well belong to ${others.join(" or ")}, open at the same time`;
    if (lastUnsettled !== undefined && clock.now() - lastUnsettled.closedAt < sla) {
      return `it may as well belong to "${lastUnsettled.name}", which ended before its work was known to be done`;
    }
    return undefined;
  }

  /** What came on a channel since the scope began and is not foreign, in order, redeliveries left out. */
  *messages(channel: string): Generator<Stamped<MessageEntry>> {
    for (const entry of this.harness.journal.channel(channel, this.from)) {
      if (entry.kind !== "listener" && this.#concerns(entry)) yield entry;
    }
  }

  /** Those of them that could be read. */
  *events(channel: string): Generator<ScopedEvent> {
    for (const entry of this.messages(channel)) if (entry.kind === "received") yield this.view(entry);
  }

  /** Those that could not. */
  *refused(channel: string): Generator<Stamped<RefusedEntry>> {
    for (const entry of this.messages(channel)) if (entry.kind === "refused") yield entry;
  }

  /** The entry as this scope's event; undefined for a redelivery or a foreign one. */
  event(entry: Stamped<ReceivedEntry>): ScopedEvent | undefined {
    return this.#concerns(entry) ? this.view(entry) : undefined;
  }

  /** Any entry as an event: the same object each time, as long as the scope is open. */
  view(entry: Stamped<ReceivedEntry>): ScopedEvent {
    const known = this.#events.get(entry.sequence);
    if (known !== undefined) return known;
    const event = new ScopedEvent(entry, this);
    if (!this.closed) this.#events.set(entry.sequence, event);
    return event;
  }

  isClaimed(sequence: number): boolean {
    return this.claims.isClaimed(sequence);
  }

  deliveriesOf(entry: Stamped<ReceivedEntry>): number {
    return this.harness.intakes.get(entry.channel)?.deliveriesOf(entry.sequence, entry.deliveries) ?? entry.deliveries;
  }

  /** Writes down how a wait ended. */
  tell(verdict: Omit<VerdictEntry, "kind" | "scope" | "name">): void {
    this.harness.journal.append({ kind: "verdict", scope: this.id, name: this.name, ...verdict });
  }

  /** Tells the brokers that the scope is over, which ends its faults: what they tell of that is still the scope's. */
  release(): void {
    for (const guard of this.#guards.splice(0)) guard[Symbol.dispose]();
  }

  /**
   * Ends the scope's view: pending waits are aborted by their owner. Its proofs stay, so what is kept is what they need:
   * which ids and events were its own, not the events.
   */
  end(settled: boolean): void {
    this.closed = true;
    const { journal, openScopes, clock, owners } = this.harness;
    openScopes.delete(this);
    journal.append({ kind: "scope closed", scope: this.id, settled });
    if (!settled) this.harness.lastUnsettled = { name: this.name, closedAt: clock.now() };
    this.#ended.abort();
    this.#events.clear();
    this.sent.length = 0;
    const open = new Set([...openScopes].map(({ id }) => id));
    for (const [id, scope] of owners) {
      if (owners.size <= rememberedOwners) break;
      if (!open.has(scope)) owners.delete(id);
    }
  }

  #concerns(entry: Stamped<MessageEntry>): boolean {
    if (entry.sequence < this.from || (entry.kind === "received" && entry.redeliveryOf !== undefined)) return false;
    return this.belongs(entry) !== "foreign";
  }
}
