import { bareContext } from "../../src/harness/bare-context.ts";
import { createProbes, type Look, type ProbeContext, type Probes } from "../../src/probe/index.ts";
import { ManualClock } from "./manual-clock.ts";

/** Probes on a clock that only the test moves, with events and deaths that the test causes. */
export class ProbeStand {
  readonly clock = new ManualClock();
  readonly looks: Look[] = [];
  /** What `onBlocked` was told. */
  readonly blocked: number[] = [];
  readonly probeUntil: Probes["probeUntil"];
  readonly probeDuring: Probes["probeDuring"];
  readonly #events = new Set<() => void>();
  readonly #deaths = new Set<(what: string, earlier: boolean) => void>();

  constructor(more: Partial<ProbeContext> = {}) {
    const context: ProbeContext = {
      ...bareContext,
      clock: this.clock,
      onLook: (look) => this.looks.push(look),
      onBlocked: (length) => this.blocked.push(length),
      onEvent: subscriptionTo(this.#events),
      onDeath: subscriptionTo(this.#deaths),
      ...more,
    };
    const probes = createProbes(() => context);
    this.probeUntil = probes.probeUntil;
    this.probeDuring = probes.probeDuring;
  }

  /** An event of the scope arrives. */
  event(): void {
    for (const callback of this.#events) callback();
  }

  /** A system ends that should not have. */
  death(what = "customers ended (exit code 1)"): void {
    for (const callback of this.#deaths) callback(what, false);
  }

  /** What a wait still holds: timers, and subscriptions to events and deaths. 0 once it has ended. */
  get held(): number {
    return this.clock.armed + this.#events.size + this.#deaths.size;
  }

  /** Resolves after so many ms of this clock, as a slow system would. */
  takes<T>(milliseconds: number, value: T): Promise<T> {
    return new Promise((resolve) => {
      this.clock.timer(milliseconds, () => {
        resolve(value);
      });
    });
  }
}

function subscriptionTo<Callback>(set: Set<Callback>): (callback: Callback) => Disposable {
  return (callback) => {
    set.add(callback);
    return { [Symbol.dispose]: () => void set.delete(callback) };
  };
}
