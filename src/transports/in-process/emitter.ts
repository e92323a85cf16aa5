import type { EventEmitter } from "node:events";
import type { BusAdapter, Watcher } from "./bus.ts";
import { replaceMethods } from "./replace-methods.ts";

type Listener = (...parameters: unknown[]) => unknown;
type Wrapped = Listener & { listener: Listener };

/** Watches one emitter of Node's. */
export function watchEmitter(bus: EventEmitter, watcher: Watcher): BusAdapter {
  if (bus.eventNames().length > 0) watcher.incomplete("had handlers before it was wrapped");
  const native = { on: bus.on, prepend: bus.prependListener, off: bus.off, emit: bus.emit };
  const wrap = (name: string | symbol, listener: Listener, once: boolean): Wrapped => {
    const wrapped = (...parameters: unknown[]): unknown => {
      if (once) native.off.call(bus, name, wrapped);
      return watcher.run(() => listener.apply(bus, parameters), String(name));
    };
    // Node finds a listener to remove, and to list, by this property
    return Object.assign(wrapped, { listener });
  };
  const register = (method: "on" | "prepend", once: boolean) =>
    function (this: EventEmitter, name: string | symbol, listener: Listener) {
      native[method].call(bus, name, wrap(name, listener, once));
      return this;
    };
  const restore = replaceMethods(bus, {
    on: register("on", false),
    addListener: register("on", false),
    once: register("on", true),
    prependListener: register("prepend", false),
    prependOnceListener: register("prepend", true),
    emit: (name: string | symbol, ...parameters: unknown[]) => {
      if (typeof name === "string") {
        watcher.emitted({ name, payload: parameters[0], handlers: bus.listenerCount(name) });
      }
      return native.emit.call(bus, name, ...parameters);
    },
  });
  return { emit: (name, payload) => bus.emit(name, payload), restore };
}
