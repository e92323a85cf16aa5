import { EventEmitter } from "node:events";
import { type Kind, objectWith } from "../../kinds.ts";
import { type CustomBus, watchCustomBus } from "./custom-bus.ts";
import { watchEmitter } from "./emitter.ts";
import { watchTarget } from "./event-target.ts";

/** What `inProcess` takes: Node's emitter, a DOM-style target, or a bus of your own. */
export type Bus = EventEmitter | EventTarget | CustomBus;

const ownBus = objectWith(["subscribe", "publish"], "");

/** For JavaScript users. */
export const busKind: Kind = {
  expected:
    "an EventEmitter, an EventTarget, or a bus of your own: an object with subscribe(handler) and publish(event)",
  accepts: (value) => value instanceof EventEmitter || value instanceof EventTarget || ownBus.accepts(value),
};

/** One emission as the harness sees it. */
export interface Emission {
  /** The event's name; of a bus without names its type, or its class's name. */
  readonly name: string;
  readonly payload: unknown;
  /** How many handlers it reaches. Left out: unknown. */
  readonly handlers?: number;
}

/** What a bus tells while it is watched. */
export interface Watcher {
  /** Something was emitted; told before the first handler is called. */
  emitted(emission: Emission): void;
  /** Runs one of the system's handlers. What it throws is told, and thrown on: the bus decides what becomes of it. */
  run(handler: () => unknown, name: string): unknown;
  /** A handler will be called with an event later. Returns what to call once it was, or will not be any more. */
  owed(name: string): () => void;
  /** Not every handler is known, for this reason. */
  incomplete(reason: string): void;
  /** The name of an event on a bus that has no names. */
  nameOf(event: unknown): string;
  /** False once the bus was put back: handlers that stay registered are then left alone. */
  readonly watching: boolean;
}

/** How one kind of bus is used and put back. */
export interface BusAdapter {
  emit(name: string, payload: unknown): unknown;
  restore(): void;
}

/** Watches a bus, from now until `restore`. `subscribedAfter` is for a bus of the user's own, which cannot be asked. */
export function watchBus(bus: Bus, watcher: Watcher, subscribedAfter: boolean): BusAdapter {
  if (bus instanceof EventEmitter) return watchEmitter(bus, watcher);
  if (bus instanceof EventTarget) return watchTarget(bus, watcher);
  return watchCustomBus(bus, watcher, subscribedAfter);
}
