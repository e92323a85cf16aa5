import { getEventListeners } from "node:events";
import type { BusAdapter, Watcher } from "./bus.ts";
import { replaceMethods } from "./replace-methods.ts";

type Listener = ((event: Event) => unknown) | { handleEvent(event: Event): unknown };

/** Watches one DOM-style target. */
export function watchTarget(bus: EventTarget, watcher: Watcher): BusAdapter {
  const native = { add: bus.addEventListener, remove: bus.removeEventListener, dispatch: bus.dispatchEvent };
  // one wrapper a listener, so that the target itself knows a second registration of the same one
  const wrappers = new WeakMap<object, (event: Event) => void>();
  const ours = new WeakSet<object>();
  const wrapperOf = (listener: Listener): ((event: Event) => void) => {
    let wrapper = wrappers.get(listener);
    if (wrapper === undefined) {
      wrapper = (event) => {
        const call = () => (typeof listener === "function" ? listener.call(bus, event) : listener.handleEvent(event));
        try {
          void watcher.run(call, event.type);
        } catch (cause) {
          // a target never throws at who dispatches; while it is watched the throw is told instead of ending the process
          if (!watcher.watching) throw cause;
        }
      };
      wrappers.set(listener, wrapper);
      ours.add(wrapper);
    }
    return wrapper;
  };
  const restore = replaceMethods(bus, {
    addEventListener: (
      type: string,
      listener: Listener | null,
      options?: Parameters<EventTarget["addEventListener"]>[2],
    ) => {
      if (listener !== null) native.add.call(bus, type, wrapperOf(listener), options);
    },
    removeEventListener: (
      type: string,
      listener: Listener | null,
      options?: Parameters<EventTarget["removeEventListener"]>[2],
    ) => {
      if (listener !== null) native.remove.call(bus, type, wrappers.get(listener) ?? listener, options);
    },
    dispatchEvent: (event: Event) => {
      const listeners = getEventListeners(bus, event.type);
      // a target tells only type by type who listens, so what was there before shows with the first event that it gets
      if (!listeners.every((listener) => ours.has(listener))) watcher.incomplete("had handlers before it was wrapped");
      const payload: unknown = event instanceof CustomEvent && event.detail !== null ? event.detail : event;
      watcher.emitted({ name: event.type, payload, handlers: listeners.length });
      return native.dispatch.call(bus, event);
    },
  });
  return {
    emit: (name, payload) =>
      bus.dispatchEvent(payload instanceof Event ? payload : new CustomEvent(name, { detail: payload })),
    restore,
  };
}
