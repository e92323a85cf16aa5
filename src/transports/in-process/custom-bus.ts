import type { BusAdapter, Watcher } from "./bus.ts";
import { replaceMethods } from "./replace-methods.ts";

/**
 * A bus of your own: each event that is published goes to each handler that is subscribed. It may call them at once or
 * later, and may wait for them or not. A handler leaves by what `subscribe` returned (a function, or an object with
 * `unsubscribe` or `Symbol.dispose`), or by `unsubscribe(handler)` of the bus.
 */
export interface CustomBus {
  readonly subscribe: (handler: (event: unknown) => unknown) => unknown;
  readonly publish: (event: never) => unknown;
}

type Handler = (event: unknown) => unknown;

/** An event that was published, and the calls that the bus still owes for it. */
interface Publication {
  readonly owed: Set<() => void>;
  failed: boolean;
}

/** A handler, and the calls that the bus owes it, in the order of publishing. */
interface Subscriber {
  readonly due: { readonly publication: Publication; readonly settle: () => void }[];
}

/** Watches a bus of the user's own. */
export function watchCustomBus(bus: CustomBus, watcher: Watcher, subscribedAfter: boolean): BusAdapter {
  if (!subscribedAfter) {
    watcher.incomplete("does not say who subscribed before it was wrapped: wrap it first, and declare subscribedAfter");
  }
  const native = {
    subscribe: bus.subscribe,
    publish: bus.publish as (event: unknown) => unknown,
    unsubscribe: (bus as { unsubscribe?: unknown }).unsubscribe,
  };
  const subscribers = new Set<Subscriber>();
  const wrappers = new WeakMap<Handler, { readonly wrapped: Handler; readonly forget: () => void }>();

  const wrap = (handler: Handler) => {
    const subscriber: Subscriber = { due: [] };
    subscribers.add(subscriber);
    const wrapped = (event: unknown): unknown => {
      const call = subscriber.due.shift();
      try {
        const result = watcher.run(() => handler(event), watcher.nameOf(event));
        if (call !== undefined && result instanceof Promise) {
          result.catch(() => {
            call.publication.failed = true;
          });
        }
        return result;
      } catch (cause) {
        if (call !== undefined) call.publication.failed = true;
        throw cause;
      } finally {
        call?.settle();
      }
    };
    const forget = () => {
      subscribers.delete(subscriber);
      for (const { settle } of subscriber.due.splice(0)) settle();
    };
    wrappers.set(handler, { wrapped, forget });
    return { wrapped, forget };
  };

  const publish = (event: unknown): unknown => {
    const name = watcher.nameOf(event);
    const known = subscribers.size > 0 || subscribedAfter;
    watcher.emitted({ name, payload: event, ...(known && { handlers: subscribers.size }) });
    const publication: Publication = { owed: new Set(), failed: false };
    for (const { due } of subscribers) {
      const settled = watcher.owed(name);
      const settle = () => {
        publication.owed.delete(settle);
        settled();
      };
      publication.owed.add(settle);
      due.push({ publication, settle });
    }
    const giveUp = () => {
      for (const { due } of subscribers) {
        const index = due.findIndex((call) => call.publication === publication);
        if (index >= 0) due.splice(index, 1);
      }
      for (const settle of publication.owed) settle();
    };
    // a handler that fails may keep the bus from calling the others
    const afterwards = () => {
      if (publication.failed) giveUp();
    };
    try {
      const result = native.publish.call(bus, event);
      if (result instanceof Promise) result.then(afterwards, giveUp);
      else afterwards();
      return result;
    } catch (cause) {
      giveUp();
      throw cause;
    }
  };

  const restore = replaceMethods(bus, {
    publish,
    subscribe: (handler: Handler) => {
      const { wrapped, forget } = wrap(handler);
      return onLeaving(native.subscribe.call(bus, wrapped), forget);
    },
    ...(typeof native.unsubscribe === "function" && {
      unsubscribe: (handler: Handler) => {
        const known = wrappers.get(handler);
        known?.forget();
        return (native.unsubscribe as (handler: Handler) => unknown).call(bus, known?.wrapped ?? handler);
      },
    }),
  });
  return { emit: (_name, payload) => (bus.publish as typeof publish)(payload), restore };
}

/** Calls `forget` when the handler leaves by what `subscribe` returned. */
function onLeaving(returned: unknown, forget: () => void): unknown {
  if (typeof returned === "function") {
    return function (this: unknown, ...parameters: unknown[]): unknown {
      forget();
      return Reflect.apply(returned, this, parameters);
    };
  }
  if (typeof returned !== "object" || returned === null) return returned;
  for (const name of ["unsubscribe", Symbol.dispose] as const) {
    const method = (returned as Record<PropertyKey, unknown>)[name];
    if (typeof method !== "function") continue;
    const value = function (this: unknown, ...parameters: unknown[]): unknown {
      forget();
      return Reflect.apply(method, this, parameters);
    };
    Object.defineProperty(returned, name, { value, configurable: true, writable: true });
  }
  return returned;
}
