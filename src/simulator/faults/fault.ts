import { newId } from "../broker/new-id.ts";
import type { Origin } from "../broker/origin.ts";
import type { InjectedFaultFailure } from "../../contracts/index.ts";
import { type FaultSelection, Selector } from "./selection.ts";

const hitsKept = 1_000;
/** Of what was selected and came to nothing, the first. */
const idleKept = 20;

/** One thing that a fault did. */
export interface FaultHit {
  /** Virtual time. */
  readonly at: Date;
  /** "delivered twice", "SendMessage was throttled". */
  readonly text: string;
  /** The broker's id of the message that was hit; left out for a request. */
  readonly messageId?: string;
}

/**
 * A fault in force. Dispose it to undo it. One that a test made is undone when its scope closes; where it is not known which
 * test made it (without Vitest and `scope.run`), when the last scope closes of those that were open then. One that was made
 * while none was (in `start()`) stays until it is disposed.
 *
 * What bears the trace of another test passes it by, and is not counted: a message that was left unfinished, or its late
 * acknowledgement.
 *
 * One that hit nothing by then, or not with all its numbers, proves nothing: its scope fails by `FAULT_MISSED`, unless it has a
 * `share` or says `mayMiss`. Disposing throws nothing, the scope tells it when it closes. What was made while no scope was
 * open may hit nothing.
 *
 * @example
 * using lost = simulator.faults.on("orders").drop({ nth: 1 });
 * await shop.order();
 * expect(lost.hits).toMatchObject([{ text: "accepted, and lost" }]);
 */
export interface Fault extends Disposable {
  /** For people: "duplicate on queue orders, number 2". */
  readonly name: string;
  /** How many messages or requests it counted: those that it looks at, and its `where` accepts. */
  readonly passed: number;
  /** How often it hit, all told. */
  readonly hitCount: number;
  /** What it did, the latest 1,000. */
  readonly hits: readonly FaultHit[];
}

/** What a fault tells of itself. */
export type FaultEvent = "set" | "hit" | "undone" | "broken";

/** What was hit, as far as it is known. */
export interface Struck {
  readonly queue?: string;
  readonly messageId?: string;
  /** Of the message. */
  readonly origin?: Origin;
  /** Of the message, or of all that a request carries. */
  readonly traceIds?: readonly string[];
}

/** Whom a fault tells, and who takes it out of force. */
export interface FaultOwner {
  now(): number;
  tell(fault: KeptFault, event: FaultEvent, text: string, struck?: Struck): void;
  /** Whether what bears these traces is known as another test's than the one that made the fault. */
  isForeign(fault: KeptFault, traceIds: readonly string[]): boolean;
  /** Its predicate threw: it selects nothing any more. */
  broke(fault: KeptFault, cause: unknown): void;
  undo(fault: KeptFault): void;
}

/** A fault, as its owner sees it. */
export interface KeptFault extends Fault {
  /** Tells it apart from others of its name. */
  readonly id: string;
  /** Why it proves nothing, should it be over now: it hit nothing, or not all that it waited for. */
  missed(): InjectedFaultFailure | undefined;
  failure(why: InjectedFaultFailure["why"], text: string): InjectedFaultFailure;
}

/** A fault as the simulator keeps it: what it selects, and what it did. */
export class ActiveFault<Subject> implements KeptFault {
  readonly name: string;
  readonly id = newId();
  declare readonly passed: number;
  declare readonly hitCount: number;
  declare readonly hits: readonly FaultHit[];
  readonly #selector: Selector<Subject>;
  readonly #owner: FaultOwner;
  readonly #hits: FaultHit[] = [];
  readonly #made: { stack?: string } = {};
  readonly #idle = new Map<number, string>();
  #hitCount = 0;
  #foreign = 0;
  #broken = false;

  /** `what` is its name without the selection, `calledFrom` the public function that makes it. */
  constructor(
    what: string,
    selection: FaultSelection<Subject>,
    owner: FaultOwner,
    calledFrom: (...given: never[]) => unknown,
  ) {
    this.#selector = new Selector(selection);
    const selected = this.#selector.describe();
    this.name = selected === "" ? what : `${what}, ${selected}`;
    this.#owner = owner;
    Error.captureStackTrace(this.#made, calledFrom);
    // properties of its own, and not of its class: test runners print copies, which have no class's private state
    Object.defineProperties(this, {
      passed: { enumerable: true, get: () => this.#selector.passed },
      hitCount: { enumerable: true, get: () => this.#hitCount },
      hits: { enumerable: true, get: () => [...this.#hits] },
    });
  }

  /** The number of this one, where it is to be hit. To be asked once for each that passes by. */
  select(subject: () => Subject, traceIds: readonly string[]): number | undefined {
    if (this.#broken) return undefined;
    if (this.#owner.isForeign(this, traceIds)) {
      this.#foreign++;
      return undefined;
    }
    try {
      return this.#selector.select(subject);
    } catch (error) {
      // it is asked in the middle of somebody's request, which is not to blame
      this.#broken = true;
      this.#owner.broke(this, error);
      return undefined;
    }
  }

  /** What was selected has come to nothing so far: why, should it stay so. */
  idle(number: number, why: string): void {
    if (this.#idle.has(number) || this.#idle.size < idleKept) this.#idle.set(number, why);
  }

  /** Writes a hit down, of what was selected by this number. */
  hit(number: number, text: string, struck: Struck = {}): void {
    const { messageId } = struck;
    this.#hitCount++;
    this.#idle.delete(number);
    this.#selector.hit(number);
    this.#hits.push({ at: new Date(this.#owner.now()), text, ...(messageId !== undefined && { messageId }) });
    if (this.#hits.length > hitsKept) this.#hits.shift();
    this.#owner.tell(this, "hit", text, struck);
  }

  missed(): InjectedFaultFailure | undefined {
    const { awaited, came, complete, mayMiss } = this.#selector;
    if (this.#broken || mayMiss || (this.#hitCount > 0 && complete)) return undefined;
    const [idle] = this.#idle;
    const why = idle === undefined ? "" : `: number ${idle[0]} ${idle[1]}`;
    const foreign = this.#foreign === 0 ? "" : ` (and ${this.#foreign} of other tests, which do not count)`;
    return this.failure("it missed", `it waited for ${awaited}, but ${came}${foreign}${why}`);
  }

  failure(why: InjectedFaultFailure["why"], text: string): InjectedFaultFailure {
    const { name, id, passed } = this;
    const origin = this.#made.stack?.split("\n").slice(1).join("\n") ?? "";
    return { name, id, why, text, passed, awaited: this.#selector.awaited, origin };
  }

  [Symbol.dispose](): void {
    this.#owner.undo(this);
  }
}
