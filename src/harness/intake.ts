import type { AnyDeclaration, Codec, IncomingMessage, ListenerSink, UndecodableMessage } from "../contracts/index.ts";
import { json } from "../codecs/index.ts";
import type { Journal } from "../journal/index.ts";
import { type Clock, isHarnessTrace } from "../time/index.ts";
import { formatIssues } from "./schema-issues.ts";
import { idsIn } from "./ids.ts";
import { parseTraceparent } from "./trace.ts";

const rememberedIds = 200_000;

/** The codec of a channel: its own, JSON for bytes, none for values. */
export function codecOf(declaration: AnyDeclaration): Codec | undefined {
  return declaration.codec ?? (declaration.endpoint.carries === "bytes" ? json() : undefined);
}

/**
 * Where a channel's listener delivers: decodes, checks the schema, reads trace and correlation, and appends to the
 * journal, in the order of arrival. Whatever is wrong with an event becomes an entry; nothing is thrown at the transport.
 */
export class Intake implements ListenerSink {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #channel: string;
  readonly #declaration: AnyDeclaration;
  readonly #codec: Codec | undefined;
  readonly #sentAt: (spanId: string) => number | undefined;
  readonly #tracePrefix: string;
  readonly #owners: ReadonlyMap<string, string>;
  readonly #first = new Map<string, number>();
  #deliveriesAfterFirst = new Map<number, number>();
  // schemas may be asynchronous: later events wait in line, so that the journal keeps the order of arrival
  #line: Promise<void> | undefined;
  #inLine = 0;
  #state: "hearing" | "deaf" | "failed" = "hearing";
  #failure: unknown;
  #deafAt: number | undefined;
  #lostAt: number | undefined;

  constructor(options: {
    journal: Journal;
    clock: Clock;
    channel: string;
    declaration: AnyDeclaration;
    /** When the send with this span id began, monotonic; undefined for spans of others. */
    sentAt: (spanId: string) => number | undefined;
    /** What the trace ids of this harness begin with. */
    tracePrefix: string;
    /** The ids that scopes declared as their own. */
    owners: ReadonlyMap<string, string>;
  }) {
    this.#journal = options.journal;
    this.#clock = options.clock;
    this.#channel = options.channel;
    this.#declaration = options.declaration;
    this.#codec = codecOf(options.declaration);
    this.#sentAt = options.sentAt;
    this.#tracePrefix = options.tracePrefix;
    this.#owners = options.owners;
  }

  /** Whether everything received is in the journal. */
  get idle(): boolean {
    return this.#inLine === 0;
  }

  /** What the listener said of itself last. */
  get state(): "hearing" | "deaf" | "failed" {
    return this.#state;
  }

  /** Why it failed or is deaf. */
  get failure(): unknown {
    return this.#failure;
  }

  /** When the listener lost its broker last, monotonic. */
  get deafAt(): number | undefined {
    return this.#deafAt;
  }

  /** When it came back last with events lost, monotonic. */
  get lostAt(): number | undefined {
    return this.#lostAt;
  }

  /** How often the event with this sequence was delivered so far. */
  deliveriesOf(sequence: number, atFirst: number): number {
    return Math.max(atFirst, this.#deliveriesAfterFirst.get(sequence) ?? 0);
  }

  event(message: IncomingMessage): void {
    const arrivedAt = this.#clock.now();
    this.#enter(() => this.#take(message, arrivedAt));
  }

  undecodable(failure: UndecodableMessage): void {
    const arrivedAt = this.#clock.now();
    this.#enter(() => {
      const trace = parseTraceparent(failure.attributes.traceparent);
      this.#journal.append({
        kind: "refused",
        channel: this.#channel,
        arrivedAt,
        id: failure.id,
        why: "could not decode",
        problems: [messageOf(failure.cause)],
        body: failure.raw,
        attributes: failure.attributes,
        ...(trace && { traceId: trace.traceId }),
        cause: failure.cause,
        raw: failure.raw,
      });
      return undefined;
    });
  }

  deaf(cause: unknown): void {
    this.#state = "deaf";
    this.#failure = cause;
    this.#deafAt = this.#journal.append({ kind: "listener", channel: this.#channel, state: "deaf", cause }).at;
  }

  back(lost: boolean): void {
    this.#state = "hearing";
    this.#failure = undefined;
    const { at } = this.#journal.append({ kind: "listener", channel: this.#channel, state: "back", lost });
    if (lost) this.#lostAt = at;
  }

  failed(cause: unknown): void {
    this.#state = "failed";
    this.#failure = cause;
    this.#journal.append({ kind: "listener", channel: this.#channel, state: "failed", cause });
  }

  ours(message: Parameters<ListenerSink["ours"]>[0]): boolean {
    const trace = parseTraceparent(message.attributes.traceparent);
    if (trace && isHarnessTrace(trace.traceId)) return trace.traceId.startsWith(this.#tracePrefix);
    let payload: unknown;
    try {
      payload = this.#decode(message);
    } catch {
      // it is told as undecodable elsewhere; without a payload only its trace could have said whose it is
      return false;
    }
    const correlation = this.#correlationOf(payload);
    if (correlation?.startsWith(this.#tracePrefix) === true) return true;
    return idsIn(message, payload, correlation).some((id) => this.#owners.has(id));
  }

  /** Runs `work` now, or after what is still being checked. */
  #enter(work: () => Promise<void> | undefined): void {
    if (this.#line === undefined) {
      const checking = work();
      if (checking !== undefined) this.#stand(checking);
    } else {
      this.#stand(this.#line.then(work));
    }
  }

  #stand(checking: Promise<void>): void {
    this.#inLine++;
    const line: Promise<void> = checking.then(
      () => this.#leave(line),
      (cause: unknown) => {
        this.#journal.append({ kind: "fault", where: `reading ${this.#channel}`, cause });
        this.#leave(line);
      },
    );
    this.#line = line;
  }

  #leave(line: Promise<void>): void {
    this.#inLine--;
    if (this.#line === line) this.#line = undefined;
  }

  /** Appends the event; returns a promise only while an asynchronous schema is at work. */
  #take(message: IncomingMessage, arrivedAt: number): Promise<void> | undefined {
    const trace = parseTraceparent(message.attributes.traceparent);
    const traceId = message.traceId ?? trace?.traceId;
    const refuse = (
      why: "could not decode" | "schema mismatch",
      problems: readonly string[],
      body: unknown,
      cause?: unknown,
    ) => {
      const correlation = why === "schema mismatch" ? this.#correlationOf(body) : undefined;
      this.#journal.append({
        kind: "refused",
        channel: this.#channel,
        arrivedAt,
        id: message.id,
        why,
        problems,
        body,
        attributes: message.attributes,
        ...(message.key !== undefined && { key: message.key }),
        ...(traceId !== undefined && { traceId }),
        ...(correlation !== undefined && { correlation }),
        ...(cause !== undefined && { cause }),
        raw: message.raw,
      });
    };
    const accept = (payload: unknown) => {
      const first = this.#first.get(message.id);
      const sentAt = trace && this.#sentAt(trace.spanId);
      const correlation = this.#correlationOf(payload);
      const entry = this.#journal.append({
        kind: "received",
        channel: this.#channel,
        arrivedAt,
        id: message.id,
        payload,
        attributes: message.attributes,
        deliveries: message.deliveries,
        raw: message.raw,
        ...(message.key !== undefined && { key: message.key }),
        ...(message.sentAt !== undefined && { sentAt: message.sentAt }),
        ...(message.virtualSentAt !== undefined && { virtualSentAt: message.virtualSentAt }),
        ...(first !== undefined && { redeliveryOf: first }),
        ...(traceId !== undefined && { traceId }),
        ...(correlation !== undefined && { correlation }),
        ...(sentAt !== undefined && { latency: arrivedAt - sentAt }),
      });
      if (first === undefined) this.#remember(message.id, entry.sequence);
      else this.#countDelivery(first, message.deliveries);
    };

    let payload: unknown;
    try {
      payload = this.#decode(message);
    } catch (cause) {
      refuse("could not decode", [messageOf(cause)], message.body, cause);
      return undefined;
    }
    const schema = this.#declaration.schema;
    if (schema === undefined) {
      accept(payload);
      return undefined;
    }
    const judge = (result: Awaited<ReturnType<(typeof schema)["~standard"]["validate"]>>) => {
      if (result.issues) refuse("schema mismatch", formatIssues(result.issues), payload);
      else accept(result.value);
    };
    try {
      const result = schema["~standard"].validate(payload);
      if (!(result instanceof Promise)) {
        judge(result);
        return undefined;
      }
      return result.then(judge, (cause: unknown) => {
        refuse("schema mismatch", [`the schema itself threw: ${messageOf(cause)}`], payload, cause);
      });
    } catch (cause) {
      refuse("schema mismatch", [`the schema itself threw: ${messageOf(cause)}`], payload, cause);
      return undefined;
    }
  }

  #decode({ body, attributes }: Pick<IncomingMessage, "body" | "attributes">): unknown {
    if (this.#codec === undefined) return body;
    const payload = this.#codec.decode(body as string | Uint8Array, attributes);
    if (payload === undefined) throw new TypeError("decode() gave undefined: is a return missing?");
    if (!(payload instanceof Promise)) return payload;
    // it may yet reject, and nobody waits for it
    payload.catch(() => undefined);
    throw new TypeError("decode() gave a promise, where codecs are synchronous");
  }

  #correlationOf(payload: unknown): string | undefined {
    const correlation = this.#declaration.correlation;
    if (correlation === undefined || payload === null || typeof payload !== "object") return undefined;
    try {
      const value: unknown =
        typeof correlation === "function"
          ? correlation(payload as never)
          : (payload as Record<string, unknown>)[correlation];
      return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
    } catch (cause) {
      this.#journal.append({ kind: "fault", where: `correlation of ${this.#channel}`, cause });
      return undefined;
    }
  }

  #remember(id: string, sequence: number): void {
    this.#first.set(id, sequence);
    if (this.#first.size <= rememberedIds) return;
    const [oldest, oldestSequence] = this.#first.entries().next().value as [string, number];
    this.#first.delete(oldest);
    this.#deliveriesAfterFirst.delete(oldestSequence);
  }

  #countDelivery(first: number, deliveries: number): void {
    const known = this.#deliveriesAfterFirst.get(first) ?? 1;
    this.#deliveriesAfterFirst.set(first, Math.max(known + 1, deliveries));
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
