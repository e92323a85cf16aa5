import type { ObservedSystem, TransportInfo } from "../contracts/index.ts";
import { Claims, type ReceivedEntry, type RefusedEntry, type SentEntry, type Stamped } from "../journal/index.ts";
import type { DeadlineCap, WatchedPromise } from "../time/index.ts";
import type { HarnessCore } from "./harness-core.ts";
import { idsIn } from "./ids.ts";
import { type EventState, ScopedEvent } from "./received-event.ts";
import { isHarnessTrace, newSpanId, newTraceId, traceparent } from "./trace.ts";
import { type MarkAnswer, marksOf } from "./transports.ts";
import type { ReceivedEvent } from "./types.ts";

/** To whom an event belongs, seen from one scope. */
export type Belonging = "mine" | "foreign" | "unattributed";

let scopes = 0;

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
  readonly marks: Promise<MarkAnswer[]>;
  readonly pendingWaits = new Set<WatchedPromise<unknown>>();
  readonly #ended = new AbortController();
  readonly #events = new Map<number, ScopedEvent>();
  readonly #owned = new Set<string>();
  readonly #guards: Disposable[];
  /** The unsettled scope that closed just before this one began. */
  readonly #before: HarnessCore["lastUnsettled"];
  sendsUnderWay = 0;
  cap: DeadlineCap | undefined;
  closed = false;

  constructor(harness: HarnessCore, name: string, cap: DeadlineCap | undefined) {
    this.harness = harness;
    this.traceId = newTraceId(harness.tracePrefix);
    this.id = `scope-${++scopes}`;
    this.name = name;
    this.cap = cap;
    this.#before = harness.lastUnsettled;
    const opened = harness.journal.append({ kind: "scope opened", scope: this.id, name, traceId: this.traceId });
    this.from = opened.sequence;
    this.openedAt = opened.at;
    this.openedWall = opened.wall;
    this.headers = Object.freeze({ traceparent: traceparent(this.traceId, newSpanId()) });
    harness.openScopes.add(this);
    harness.resetLag();
    this.#guards = harness.accountings.flatMap((accounting) => accounting.scopeOpened?.(name) ?? []);
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
    this.#owned.add(id);
    this.harness.owners.set(id, this.id);
  }

  belongs(entry: Stamped<ReceivedEntry> | Stamped<RefusedEntry>): Belonging {
    if (entry.traceId === this.traceId) return "mine";
    if (entry.traceId !== undefined && isHarnessTrace(entry.traceId)) return "foreign";
    const { owners } = this.harness;
    const correlation = entry.kind === "received" ? entry.correlation : undefined;
    if (correlation === this.traceId) return "mine";
    if (owners.size === 0) return "unattributed";
    const ids = entry.kind === "received" ? idsIn(entry, entry.payload, correlation) : [entry.id];
    if (ids.some((id) => this.#owned.has(id))) return "mine";
    return ids.some((id) => owners.has(id)) ? "foreign" : "unattributed";
  }

  /** Why an unattributed event cannot be told from another scope's; undefined when it can. */
  ambiguity(): string | undefined {
    const { openScopes, clock, sla } = this.harness;
    const others = [...openScopes].filter((scope) => scope !== this).map(({ name }) => `"${name}"`);
    if (others.length > 0) return `it may as well belong to ${others.join(" or ")}, open at the same time`;
    if (this.#before !== undefined && clock.now() - this.#before.closedAt < sla) {
      return `it may as well belong to "${this.#before.name}", which ended before its work was known to be done`;
    }
    return undefined;
  }

  /** First deliveries on a channel since the scope began that are not foreign, in order. */
  *events(channel: string): Generator<ScopedEvent> {
    for (const entry of this.harness.journal.channel(channel, this.from)) {
      const event = entry.kind === "received" ? this.event(entry) : undefined;
      if (event !== undefined) yield event;
    }
  }

  /** The entry as this scope's event; undefined for a redelivery or a foreign one. */
  event(entry: Stamped<ReceivedEntry>): ScopedEvent | undefined {
    if (entry.redeliveryOf !== undefined || entry.sequence < this.from || this.belongs(entry) === "foreign")
      return undefined;
    return this.#view(entry);
  }

  /** Any entry as an event, whoever it belongs to: for reports. */
  #view(entry: Stamped<ReceivedEntry>): ScopedEvent {
    let event = this.#events.get(entry.sequence);
    if (event === undefined) {
      event = new ScopedEvent(entry, this);
      this.#events.set(entry.sequence, event);
    }
    return event;
  }

  entryOf(event: ReceivedEvent<unknown>): Stamped<ReceivedEntry> {
    return (event as ScopedEvent).entry;
  }

  isClaimed(sequence: number): boolean {
    return this.claims.isClaimed(sequence);
  }

  deliveriesOf(entry: Stamped<ReceivedEntry>): number {
    return this.harness.intakes.get(entry.channel)?.deliveriesOf(entry.sequence, entry.deliveries) ?? entry.deliveries;
  }

  /** Ends the scope's view: pending waits are aborted by their owner before. */
  end(settled: boolean): void {
    this.closed = true;
    const { journal, openScopes, clock } = this.harness;
    openScopes.delete(this);
    journal.append({ kind: "scope closed", scope: this.id, settled });
    this.harness.lastUnsettled = settled ? undefined : { name: this.name, closedAt: clock.now() };
    for (const guard of this.#guards) guard[Symbol.dispose]();
    this.#ended.abort();
  }
}
