import type {
  ChannelDeclaration,
  Correlation,
  InferInput,
  InferOutput,
  ListenableDeclaration,
  ListenerSink,
  ObservedSystem,
  SendReceipt,
  StandardSchema,
  TransportInfo,
} from "../../contracts/index.ts";
import * as kind from "../../kinds.ts";
import { checkArgument, checkOptions, type OptionKinds } from "../../options.ts";
import { type Clock, systemClock, traceContext } from "../../time/index.ts";
import { type Bus, type BusAdapter, busKind, type Emission, watchBus } from "./bus.ts";
import { Handlers } from "./handlers.ts";

export interface InProcessOptions {
  /** For reports. Default "in-process bus". */
  readonly name?: string;
  /** Where the payload bears the id that tells whose event it is. Default: the async context of the test. */
  readonly correlation?: Correlation;
  /** Declares that a handler has done all its work when its promise resolves: proofs rest on it. */
  readonly finishesBeforeReply?: boolean;
  /**
   * How an event on a bus without names tells what it is: the field that bears its type, or a function. Default: the field
   * `type`, or else the name of its class.
   */
  readonly type?: string | ((event: never) => string);
  /**
   * Declares that nobody had subscribed before the bus was wrapped. For a bus of your own, which cannot be asked: without
   * it, nothing is proved from what its handlers do. Node's emitters and targets are looked at.
   */
  readonly subscribedAfter?: boolean;
  /** @internal */
  readonly clock?: Clock;
}

export interface EventOptions<S extends StandardSchema> {
  readonly schema?: S;
}

const busOptions: OptionKinds<InProcessOptions> = {
  name: kind.text,
  correlation: kind.correlation,
  finishesBeforeReply: kind.flag,
  type: {
    expected: "the name of a field, or a function that tells what an event is",
    accepts: (value) => kind.text.accepts(value) || kind.callback.accepts(value),
  },
  subscribedAfter: kind.flag,
  clock: kind.internal(kind.anything),
};
const eventType: kind.Kind = {
  expected: "the name of an event, or a class",
  accepts: (value) => kind.text.accepts(value) || kind.callback.accepts(value),
};

/** A class whose instances, and those of its subclasses, are meant. */
export type EventClass<T> = abstract new (...parameters: never[]) => T;

/**
 * The event catcher: an in-process bus of domain events as channels. Wrap the bus before the system subscribes: then every
 * handler is known, and "nothing is being worked on" can be proved. The bus is put back on dispose.
 *
 * @example
 * using events = inProcess(bus, { finishesBeforeReply: true });
 * const harness = await createHarness({ channels: { userCreated: events.event<UserCreated>("UserCreated") } });
 */
export function inProcess(bus: Bus, options: InProcessOptions = {}): InProcess {
  return new InProcess(bus, options);
}

/** A send under way. */
interface Sending {
  emission?: Emission;
  id?: string;
}

export class InProcess implements Disposable {
  readonly #adapter: BusAdapter;
  readonly #handlers: Handlers;
  readonly #info: TransportInfo;
  readonly #correlation: Correlation | undefined;
  readonly #nameOf: (event: unknown) => string;
  readonly #listeners = new Set<(emission: Emission, id: string, traceId: string | undefined) => void>();
  #emissions = 0;
  /** Where the send under way waits to be told of its own emission: the first one, not what handlers emit on top. */
  #sending: Sending | undefined;

  /** @internal Use `inProcess`. */
  constructor(bus: Bus, options: InProcessOptions) {
    checkOptions("inProcess()", options, busOptions);
    checkArgument("inProcess(bus)", bus, busKind);
    const { name = "in-process bus", correlation, finishesBeforeReply, subscribedAfter = false } = options;
    const { clock = systemClock, type = "type" } = options;
    this.#correlation = correlation;
    this.#handlers = new Handlers(clock);
    const handlers = this.#handlers;
    this.#nameOf = typeof type === "string" ? (event) => typeOf(event, type) : (type as (event: unknown) => string);
    this.#adapter = watchBus(
      bus,
      {
        emitted: (emission) => {
          this.#emitted(emission);
        },
        run: (handler, event) => handlers.run(handler, event),
        owed: (event) => handlers.owed(event),
        incomplete: (problem) => {
          handlers.incomplete(`${name} ${problem}: call inProcess(bus) before the system subscribes`);
        },
        nameOf: this.#nameOf,
        get watching() {
          return handlers.watching;
        },
      },
      subscribedAfter,
    );
    this.#info = {
      name,
      accounting: {
        name,
        mark: ({ traceId }) => Promise.resolve(this.#handlers.mark(traceId)),
      },
      faults: (listener) => this.#handlers.onFault(listener),
      ...(finishesBeforeReply === true && { system: handlersAsSystem(name) }),
    };
  }

  /** Events of one name, or of one class and its subclasses. */
  event<T>(type: EventClass<T>): ChannelDeclaration<T>;
  event<S extends StandardSchema>(
    type: string,
    options: { readonly schema: S },
  ): ChannelDeclaration<InferInput<S>, InferOutput<S>>;
  event<T = unknown>(type: string): ChannelDeclaration<T>;
  event(
    type: string | EventClass<unknown>,
    options: EventOptions<StandardSchema> = {},
  ): ChannelDeclaration<never, unknown> {
    checkArgument("event(type)", type, eventType);
    checkOptions("event()", options, { schema: kind.schema });
    return this.#channel([type], options);
  }

  /** Events of several names or classes, in one order. To send, one of them must be a class's instance. */
  events<T>(...types: readonly EventClass<T>[]): ChannelDeclaration<T>;
  events<T = unknown>(...types: readonly string[]): ChannelDeclaration<T>;
  events(...types: readonly (string | EventClass<unknown>)[]): ChannelDeclaration<never, unknown> {
    const listed: kind.Kind = kind.listOf(eventType, "names of events, or classes");
    checkArgument("events(...types)", types.length === 0 ? undefined : types, listed);
    return this.#channel(types, {});
  }

  /**
   * Events of any name that the predicate accepts. `description` is for reports.
   *
   * @example
   * events.where<Money>("large amounts", (event) => event.amount > 1_000)
   */
  where<T>(description: string, accepts: (event: T) => boolean): ListenableDeclaration<T> {
    checkArgument("where(description)", description, kind.text);
    checkArgument("where(description, accepts)", accepts, kind.callback);
    return {
      direction: "listen",
      ...(this.#correlation !== undefined && { correlation: this.#correlation }),
      transport: this.#info,
      endpoint: {
        name: `events: ${description}`,
        carries: "values",
        listen: (sink) => Promise.resolve(this.#listen(sink, ({ payload }) => accepts(payload as T))),
      },
    };
  }

  [Symbol.dispose](): void {
    this.#adapter.restore();
    this.#handlers.close();
    this.#listeners.clear();
  }

  #channel(
    types: readonly (string | EventClass<unknown>)[],
    options: EventOptions<StandardSchema>,
  ): ChannelDeclaration<never, unknown> {
    const [only] = types;
    const names = types.map((type) => (typeof type === "string" ? type : type.name));
    const accepts = ({ name, payload }: Emission) =>
      types.some((type) => (typeof type === "string" ? type === name : payload instanceof type));
    return {
      direction: "both",
      ...options,
      ...(this.#correlation !== undefined && { correlation: this.#correlation }),
      transport: this.#info,
      endpoint: {
        name: `event ${names.join(" or ")}`,
        carries: "values",
        send: ({ body }) =>
          this.#send(types.length === 1 && typeof only === "string" ? only : this.#nameOf(body), body),
        listen: (sink) => Promise.resolve(this.#listen(sink, accepts)),
      },
    };
  }

  async #send(name: string, body: unknown): Promise<SendReceipt> {
    const sending: Sending = {};
    this.#sending = sending;
    try {
      let handled: unknown;
      try {
        handled = this.#adapter.emit(name, body);
      } finally {
        this.#sending = undefined;
      }
      await handled;
    } catch (cause) {
      // a handler's throw is the system's affair, and told already; whatever else the bus throws is a failed send, unless
      // it may come from a handler that was there before
      if (!this.#handlers.wasTold(cause)) {
        if (this.#handlers.complete) throw cause;
        this.#handlers.fault(cause, name);
      }
    }
    const { emission, id = "" } = sending;
    return { id, ...(emission?.handlers !== undefined && { reached: emission.handlers }) };
  }

  #listen(sink: ListenerSink, accepts: (emission: Emission) => boolean) {
    const listener = (emission: Emission, id: string, traceId: string | undefined) => {
      const { payload } = emission;
      try {
        if (!accepts(emission)) return;
      } catch (cause) {
        // a predicate of the test's must not throw at the system, nor be taken for "no"
        sink.undecodable({ id, raw: payload, attributes: {}, cause });
        return;
      }
      sink.event({
        id,
        body: payload,
        attributes: {},
        deliveries: 1,
        raw: payload,
        ...(traceId !== undefined && { traceId }),
      });
    };
    this.#listeners.add(listener);
    return {
      [Symbol.asyncDispose]: () => {
        this.#listeners.delete(listener);
        return Promise.resolve();
      },
    };
  }

  #emitted(emission: Emission): void {
    const id = `in-process-${++this.#emissions}`;
    if (this.#sending !== undefined && this.#sending.emission === undefined) {
      Object.assign(this.#sending, { emission, id });
    }
    const traceId = traceContext.getStore()?.traceId;
    for (const listener of this.#listeners) listener(emission, id, traceId);
  }
}

/** What an event on a bus without names is: what its field says, or its class's name. */
function typeOf(event: unknown, field: string): string {
  if (typeof event !== "object" || event === null) return typeof event;
  const type = (event as Readonly<Record<string, unknown>>)[field];
  if (typeof type === "string") return type;
  // objects without a prototype have no class
  return (event.constructor as { readonly name: string } | undefined)?.name ?? "object";
}

/** The handlers on the bus, which live as long as this process. */
function handlersAsSystem(name: string): ObservedSystem {
  return {
    name: `the handlers on ${name}`,
    logs: () => ({ [Symbol.dispose]: () => undefined }),
    exited: new Promise(() => undefined),
    ready: true,
    finishesBeforeReply: true,
  };
}
