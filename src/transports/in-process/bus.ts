import { EventEmitter } from "node:events";

/** A bus of your own: anything that hands out events to subscribers. */
export interface CustomBus {
  readonly subscribe: (handler: (event: unknown) => unknown) => unknown;
  readonly publish: (event: never) => unknown;
}

/** What `inProcess` takes: Node's emitter, a DOM-style target, or a bus of your own. */
export type Bus = EventEmitter | EventTarget | CustomBus;

/** One emission as the harness sees it. */
export interface Emission {
  /** The event's name; of a bus without names its `type`, or its class's name. */
  readonly name: string;
  readonly payload: unknown;
  /** How many handlers it reached. */
  readonly handlers: number;
}

/** Runs one of the system's handlers; whatever it throws is noted, never thrown. */
export type RunHandler = (handler: () => unknown, name: string) => unknown;

/** How one kind of bus is watched, used and put back. */
export interface BusAdapter {
  /** Whether nobody listened before it was watched: then every handler is known. */
  readonly complete: boolean;
  emit(name: string, payload: unknown): unknown;
  restore(): void;
}

/** Watches a bus: `onEmission` is told of every event, and the system's handlers run through `run`. */
export function watchBus(bus: Bus, onEmission: (emission: Emission) => void, run: RunHandler): BusAdapter {
  if (bus instanceof EventEmitter) return watchEmitter(bus, onEmission, run);
  if (bus instanceof EventTarget) return watchTarget(bus, onEmission, run);
  return watchCustom(bus, onEmission, run);
}

type TargetListener = ((event: Event) => unknown) | { handleEvent(event: Event): unknown };
type Listener = (...parameters: unknown[]) => unknown;
type Wrapped = Listener & { listener: Listener };

function watchEmitter(bus: EventEmitter, onEmission: (emission: Emission) => void, run: RunHandler): BusAdapter {
  const complete = bus.eventNames().length === 0;
  const native = { on: bus.on, prepend: bus.prependListener, off: bus.off, emit: bus.emit };
  const wrap = (name: string | symbol, listener: Listener, once: boolean): Wrapped => {
    const wrapped = (...parameters: unknown[]): unknown => {
      if (once) native.off.call(bus, name, wrapped);
      return run(() => listener.apply(bus, parameters), String(name));
    };
    // Node finds a listener to remove, and to list, by this property
    return Object.assign(wrapped, { listener });
  };
  const register = (method: "on" | "prepend", once: boolean) =>
    function (this: EventEmitter, name: string | symbol, listener: Listener) {
      native[method].call(bus, name, wrap(name, listener, once));
      return this;
    };
  return replaced(bus, complete, (name, payload) => bus.emit(name, payload), {
    on: register("on", false),
    addListener: register("on", false),
    once: register("on", true),
    prependListener: register("prepend", false),
    prependOnceListener: register("prepend", true),
    emit: (name: string | symbol, ...parameters: unknown[]) => {
      if (typeof name === "string") onEmission({ name, payload: parameters[0], handlers: bus.listenerCount(name) });
      return native.emit.call(bus, name, ...parameters);
    },
  });
}

function watchTarget(bus: EventTarget, onEmission: (emission: Emission) => void, run: RunHandler): BusAdapter {
  const native = { add: bus.addEventListener, remove: bus.removeEventListener, dispatch: bus.dispatchEvent };
  const wrappers = new WeakMap<object, (event: Event) => void>();
  const counts = new Map<string, number>();
  const wrapperOf = (listener: TargetListener): ((event: Event) => void) => {
    let wrapper = wrappers.get(listener);
    if (wrapper === undefined) {
      wrapper = (event) => {
        void run(
          () => (typeof listener === "function" ? listener.call(bus, event) : listener.handleEvent(event)),
          event.type,
        );
      };
      wrappers.set(listener, wrapper);
    }
    return wrapper;
  };
  // a target does not say who listens already
  return replaced(
    bus,
    true,
    (name, payload) =>
      bus.dispatchEvent(payload instanceof Event ? payload : new CustomEvent(name, { detail: payload })),
    {
      addEventListener: (
        type: string,
        listener: TargetListener | null,
        options?: Parameters<EventTarget["addEventListener"]>[2],
      ) => {
        if (listener === null) return;
        counts.set(type, (counts.get(type) ?? 0) + 1);
        native.add.call(bus, type, wrapperOf(listener), options);
      },
      removeEventListener: (
        type: string,
        listener: TargetListener | null,
        options?: Parameters<EventTarget["removeEventListener"]>[2],
      ) => {
        if (listener === null) return;
        counts.set(type, Math.max(0, (counts.get(type) ?? 0) - 1));
        native.remove.call(bus, type, wrappers.get(listener) ?? listener, options);
      },
      dispatchEvent: (event: Event) => {
        const payload: unknown = event instanceof CustomEvent && event.detail !== null ? event.detail : event;
        onEmission({ name: event.type, payload, handlers: counts.get(event.type) ?? 0 });
        return native.dispatch.call(bus, event);
      },
    },
  );
}

function watchCustom(bus: CustomBus, onEmission: (emission: Emission) => void, run: RunHandler): BusAdapter {
  const publish = bus.publish as (event: unknown) => unknown;
  const { subscribe } = bus;
  let handlers = 0;
  return replaced(bus, true, (_name, payload) => (bus.publish as typeof publish)(payload), {
    subscribe: (handler: (event: unknown) => unknown) => {
      handlers++;
      return subscribe.call(bus, (event) => run(() => handler(event), nameOf(event)));
    },
    publish: (event: unknown) => {
      onEmission({ name: nameOf(event), payload: event, handlers });
      return publish.call(bus, event);
    },
  });
}

/** The name of an event on a bus that has none: its `type`, or its class's. */
export function nameOf(event: unknown): string {
  if (typeof event !== "object" || event === null) return typeof event;
  const { type } = event as { type?: unknown };
  return typeof type === "string" ? type : event.constructor.name;
}

/** Puts methods on this one instance, and takes them off again. */
function replaced(
  bus: object,
  complete: boolean,
  emit: BusAdapter["emit"],
  methods: Readonly<Record<string, unknown>>,
): BusAdapter {
  const own = new Map<string, PropertyDescriptor | undefined>();
  for (const [name, value] of Object.entries(methods)) {
    own.set(name, Object.getOwnPropertyDescriptor(bus, name));
    Object.defineProperty(bus, name, { value, configurable: true, writable: true, enumerable: false });
  }
  return {
    complete,
    emit,
    restore() {
      for (const [name, descriptor] of own) {
        if (descriptor === undefined) Reflect.deleteProperty(bus, name);
        else Object.defineProperty(bus, name, descriptor);
      }
      own.clear();
    },
  };
}
