import type { ObservedSystem } from "../../contracts/index.ts";
import { wakefulError } from "../../errors.ts";
import { isObservedSystem } from "../../harness/index.ts";
import { framesAbove, showFrames } from "../../text/index.ts";
import { delay, systemClock } from "../../time/index.ts";

/** Something that can be closed. */
export type Closable = AsyncDisposable | Disposable;

interface Open {
  readonly resource: Closable;
  readonly name: string;
}

/** How long closing waits for what is still being opened, ms. */
const patience = 10_000;
const logLinesKept = 20;

/** What a `start()` has opened, in order. */
export class OpenResources {
  readonly #open: Open[] = [];
  readonly #opening = new Set<Promise<unknown>>();
  readonly #logs = new Map<ObservedSystem, { readonly lines: string[]; readonly subscription: Disposable }>();
  #closed: Promise<unknown[]> | undefined;

  /** Takes care of a resource, or of one that is being opened. */
  readonly use = <T extends Closable>(resource: T | PromiseLike<T>): Promise<T> => {
    const opening = this.#take(resource, framesAbove(this.use));
    this.#opening.add(opening);
    const settled = () => void this.#opening.delete(opening);
    opening.then(settled, settled);
    return opening;
  };

  /** For people: what was opened, in order. */
  get names(): readonly string[] {
    return this.#open.map(({ name }) => name);
  }

  /** Those that are systems under test. */
  get systems(): readonly ObservedSystem[] {
    return this.#open.flatMap(({ resource }) => (isObservedSystem(resource) ? resource : []));
  }

  /** The last lines that the systems logged since they were given to `use`. */
  get log(): readonly string[] {
    return [...this.#logs].flatMap(([{ name }, { lines }]) => lines.map((line) => `${name}: ${line}`));
  }

  /** Waits for what was given to `use` and is not open yet. */
  async opened(): Promise<void> {
    while (this.#opening.size > 0) await Promise.all(this.#opening);
  }

  /** Closes everything, last in first out, and returns what went wrong. What comes to be open later is closed too. */
  close(): Promise<unknown[]> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #take<T extends Closable>(resource: T | PromiseLike<T>, caller: string): Promise<T> {
    const value = await resource;
    if (!isClosable(value)) {
      const error = wakefulError("INVALID_OPTION", {
        option: "use(...)",
        value: nameOf(value),
        expected: "something with [Symbol.asyncDispose] or [Symbol.dispose], or a promise of it",
      });
      throw showFrames(error, caller);
    }
    if (this.#closed !== undefined) {
      await dispose(value);
      throw wakefulError("HARNESS_CLOSED", { action: `use(${nameOf(value)})` });
    }
    this.#open.push({ resource: value, name: nameOf(value) });
    if (isObservedSystem(value)) this.#listen(value);
    return value;
  }

  #listen(system: ObservedSystem): void {
    const lines: string[] = [];
    const subscription = system.logs(({ text }) => {
      if (lines.push(text) > logLinesKept) lines.shift();
    });
    this.#logs.set(system, { lines, subscription });
  }

  async #close(): Promise<unknown[]> {
    const errors: unknown[] = [];
    if (this.#opening.size > 0) {
      const enough = new AbortController();
      const late = delay(systemClock, patience, { signal: enough.signal });
      // rejects when aborted, below: nobody waits for it any more
      late.catch(() => undefined);
      await Promise.race([Promise.allSettled(this.#opening), late]);
      enough.abort();
    }
    for (let open = this.#open.pop(); open !== undefined; open = this.#open.pop()) {
      try {
        await dispose(open.resource);
      } catch (error) {
        errors.push(error);
      }
    }
    for (const { subscription } of this.#logs.values()) subscription[Symbol.dispose]();
    return errors;
  }
}

async function dispose(resource: Closable): Promise<void> {
  if (Symbol.asyncDispose in resource) await resource[Symbol.asyncDispose]();
  else resource[Symbol.dispose]();
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function isClosable(value: unknown): value is Closable {
  return isObject(value) && (Symbol.asyncDispose in value || Symbol.dispose in value);
}

function nameOf(value: unknown): string {
  if (!isObject(value)) return String(value);
  if ("name" in value && typeof value.name === "string" && value.name !== "") return value.name;
  return value.constructor.name;
}
