import type { ObservedSystem, SystemExit } from "../contracts/index.ts";
import type { Journal } from "../journal/index.ts";
import { formatDuration } from "../time/index.ts";

/** An unexpected end of a system. */
export interface Death {
  readonly system: string;
  /** Of its end, in the journal. */
  readonly sequence: number;
  /** Monotonic. */
  readonly at: number;
  readonly exit: SystemExit;
}

/** The last time that a system was not alive and ready. */
export interface Trouble {
  /** Monotonic. */
  readonly at: number;
  /** For people. */
  readonly what: string;
}

/** Writes the systems' logs and lives into the journal, and tells waits of deaths that nobody asked for. */
export class Systems implements Disposable {
  readonly all: readonly ObservedSystem[];
  readonly #observations: Disposable[] = [];
  readonly #listeners = new Set<(death: Death) => void>();
  readonly #watched = new Map<ObservedSystem, Promise<SystemExit>>();
  #disposed = false;
  /** By the system itself: two may have one name. */
  readonly #deaths = new Map<ObservedSystem, Death>();
  readonly #untold = new Set<Death>();
  #trouble: Trouble | undefined;

  constructor(systems: readonly ObservedSystem[], journal: Journal) {
    this.all = systems;
    for (const system of systems) {
      this.#observations.push(
        system.logs(({ stream, text }) => {
          journal.append({ kind: "log", system: system.name, stream, text });
        }),
      );
      const observed = system.onReadyChange?.((ready, reason) => {
        const { at } = journal.append({
          kind: "system",
          system: system.name,
          state: ready ? "ready" : "not ready",
          detail: reason,
          expected: true,
        });
        if (!ready) this.#trouble = { at, what: `${system.name} was not ready meanwhile (${reason})` };
        if (!ready) return;
        this.#forgetDeath(system);
        // a restarted system has a new end to wait for
        this.#watchExit(system, journal);
      });
      if (observed !== undefined) this.#observations.push(observed);
      this.#watchExit(system, journal);
    }
  }

  /** A system that is dead now, though nobody asked for it. */
  get death(): Death | undefined {
    return this.#deaths.values().next().value;
  }

  /** The first death from this place in the journal on, of a system that nobody has started again since. */
  deathSince(sequence: number): Death | undefined {
    return [...this.#deaths.values()].find((death) => death.sequence >= sequence);
  }

  /** The first death that no failure has told of, of a system that nobody has started again since. */
  get untoldDeath(): Death | undefined {
    return this.#untold.values().next().value;
  }

  /** To be called by a failure that tells of a death: it shows them all. */
  toldDeaths(): void {
    this.#untold.clear();
  }

  /** When a system was last known not to be alive and ready; it may be again. */
  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  onDeath(listener: (death: Death) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #forgetDeath(system: ObservedSystem): void {
    const death = this.#deaths.get(system);
    if (death === undefined) return;
    this.#deaths.delete(system);
    this.#untold.delete(death);
  }

  #watchExit(system: ObservedSystem, journal: Journal): void {
    const { exited } = system;
    if (this.#watched.get(system) === exited) return;
    this.#watched.set(system, exited);
    void exited.then((exit) => {
      if (this.#disposed) return;
      const detail = formatExit(exit);
      const { at, sequence } = journal.append({
        kind: "system",
        system: system.name,
        state: "exited",
        detail,
        expected: exit.expected,
      });
      this.#trouble = { at, what: `${system.name} ended meanwhile (${detail})` };
      if (exit.expected) return;
      const death: Death = { system: system.name, sequence, at, exit };
      this.#deaths.set(system, death);
      this.#untold.add(death);
      for (const listener of this.#listeners) listener(death);
    });
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const observation of this.#observations.splice(0)) observation[Symbol.dispose]();
  }
}

/** "shop ended (exit code 1) while next on orders was waiting". */
export function tellDeath(death: Death, what: string): string {
  return `${nameDeath(death)} while ${what} was waiting`;
}

/** "shop ended (exit code 1) 1.2 s before next on orders began, and was not started again". */
export function tellEarlierDeath(death: Death, what: string, now: number): string {
  return `${nameDeath(death)} ${formatDuration(now - death.at)} before ${what} began, and was not started again`;
}

/** "shop ended (exit code 1)". */
export function nameDeath({ system, exit }: Death): string {
  return `${system} ended (${formatExit(exit)})`;
}

/** "exit code 1", "SIGKILL". */
function formatExit(exit: SystemExit): string {
  return exit.signal ?? `exit code ${exit.code ?? "unknown"}`;
}
