import type { ChannelDeclaration, ObservedSystem, SystemExit, SystemLogLine } from "../../src/contracts/index.ts";
import { createHarness, type Declarations, type Harness, type HarnessOptions } from "../../src/harness/index.ts";
import { ManualClock } from "./manual-clock.ts";
import { TinyBroker } from "./tiny-bus.ts";

export interface Order {
  readonly id: string;
  readonly amount?: number;
}

/** A system in a few lines, under the test's control. */
export class TinySystem implements ObservedSystem {
  readonly name = "shop";
  ready = true;
  finishesBeforeReply: boolean;
  idle?: () => Promise<boolean>;
  readonly #exit = Promise.withResolvers<SystemExit>();
  readonly exited = this.#exit.promise;
  readonly #readyListeners = new Set<(ready: boolean, reason: string) => void>();
  readonly #logListeners = new Set<(line: SystemLogLine) => void>();

  constructor(finishesBeforeReply = true) {
    this.finishesBeforeReply = finishesBeforeReply;
  }

  logs(listener: (line: SystemLogLine) => void): Disposable {
    this.#logListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#logListeners.delete(listener) };
  }

  log(text: string): void {
    for (const listener of this.#logListeners) listener({ stream: "stdout", text, at: 0 });
  }

  onReadyChange(listener: (ready: boolean, reason: string) => void): Disposable {
    this.#readyListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#readyListeners.delete(listener) };
  }

  setReady(ready: boolean): void {
    this.ready = ready;
    for (const listener of this.#readyListeners) listener(ready, ready ? "ready" : "503");
  }

  die(expected = false): void {
    this.ready = false;
    this.#exit.resolve({ code: 1, signal: null, expected, lastLines: [] });
  }
}

/** A harness on a clock, a broker and a system that only the test moves. One channel: "orders". */
export async function openHarness<D extends Declarations = { orders: ChannelDeclaration<Order> }>(
  options: Partial<Omit<HarnessOptions<D>, "channels" | "clock">> & {
    channels?: (broker: TinyBroker) => D;
    system?: TinySystem | false;
  } = {},
) {
  const { channels, system = new TinySystem(), ...rest } = options;
  const clock = new ManualClock();
  const broker = new TinyBroker();
  const declared = channels?.(broker) ?? ({ orders: broker.channel<Order>("orders") } as unknown as D);
  const harness: Harness<D> = await createHarness({
    sla: 1_000,
    ...rest,
    channels: declared,
    clock,
    systems: [...(options.systems ?? []), ...(system === false ? [] : [system])],
  });
  return { clock, broker, harness, system: system as TinySystem };
}

/** How a promise ended, without waiting for it: "pending" until it has. */
export function watch<T>(promise: Promise<T>): {
  state: "pending" | "fulfilled" | "rejected";
  value?: T;
  error?: Error & { code?: string };
} {
  const result: ReturnType<typeof watch<T>> = { state: "pending" };
  promise.then(
    (value) => Object.assign(result, { state: "fulfilled", value }),
    (error: unknown) => Object.assign(result, { state: "rejected", error }),
  );
  return result;
}
