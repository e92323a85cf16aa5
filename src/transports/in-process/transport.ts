import type {
  ChannelDeclaration,
  Correlation,
  InferInput,
  InferOutput,
  ListenerSink,
  ObservedSystem,
  StandardSchema,
  TransportInfo,
} from "../../contracts/index.ts";
import { type Clock, systemClock, traceContext } from "../../time/index.ts";
import { type Bus, type BusAdapter, type Emission, nameOf, watchBus } from "./bus.ts";
import { Handlers } from "./handlers.ts";

export interface InProcessOptions {
  /** For reports. Default "in-process bus". */
  readonly name?: string;
  /** Where the payload bears the id that tells whose event it is. Default: the async context of the test. */
  readonly correlation?: Correlation;
  /** Declares that a handler has done all its work when its promise resolves: proofs rest on it. */
  readonly finishesBeforeReply?: boolean;
  /** @internal */
  readonly clock?: Clock;
}

export interface EventOptions<S extends StandardSchema> {
  readonly schema?: S;
}

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

export class InProcess implements Disposable {
  readonly #adapter: BusAdapter;
  readonly #handlers: Handlers;
  readonly #info: TransportInfo;
  readonly #correlation: Correlation | undefined;
  readonly #listeners = new Set<(emission: Emission, id: string, traceId: string | undefined) => void>();
  #emissions = 0;
  /** What the emission under way told, for the send that made it. */
  #latest: { readonly id: string; readonly handlers: number } | undefined;

  /** @internal Use `inProcess`. */
  constructor(bus: Bus, options: InProcessOptions) {
    const { name = "in-process bus", correlation, finishesBeforeReply, clock = systemClock } = options;
    this.#correlation = correlation;
    this.#handlers = new Handlers(clock);
    this.#adapter = watchBus(
      bus,
      (emission) => {
        this.#emitted(emission);
      },
      (handler, event) => this.#handlers.run(handler, event),
    );
    if (!this.#adapter.complete) {
      this.#handlers.incomplete(
        `${name} had handlers before it was wrapped: call inProcess(bus) before the system subscribes`,
      );
    }
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
    return this.#channel([type], options);
  }

  /** Events of several names or classes, in one order. To send, one of them must be a class's instance. */
  events<T>(...types: readonly EventClass<T>[]): ChannelDeclaration<T>;
  events<T = unknown>(...types: readonly string[]): ChannelDeclaration<T>;
  events(...types: readonly (string | EventClass<unknown>)[]): ChannelDeclaration<never, unknown> {
    return this.#channel(types, {});
  }

  [Symbol.dispose](): void {
    this.#adapter.restore();
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
        ordering: "total",
        carries: "values",
        send: async ({ body }) => {
          const name = types.length === 1 && typeof only === "string" ? only : nameOf(body);
          this.#latest = undefined;
          let handled: unknown;
          try {
            handled = this.#adapter.emit(name, body);
          } catch (cause) {
            // a handler from before the bus was wrapped: its throw is the system's affair
            this.#handlers.fault(cause, name);
          }
          const emitted = this.#latest as { id: string; handlers: number } | undefined;
          await handled;
          return { id: emitted?.id ?? "", reached: emitted?.handlers ?? 0 };
        },
        listen: (sink) => Promise.resolve(this.#listen(sink, accepts)),
      },
    };
  }

  #listen(sink: ListenerSink, accepts: (emission: Emission) => boolean) {
    const listener = (emission: Emission, id: string, traceId: string | undefined) => {
      if (!accepts(emission)) return;
      const { payload } = emission;
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
    this.#latest = { id, handlers: emission.handlers };
    const traceId = traceContext.getStore()?.traceId;
    for (const listener of this.#listeners) listener(emission, id, traceId);
  }
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
