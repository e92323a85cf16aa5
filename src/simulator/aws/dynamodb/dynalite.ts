import { Worker } from "node:worker_threads";

/** A request as dynalite needs it. */
export interface DynaliteRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface DynaliteReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Why a request could not be read at all. */
export interface Unreadable {
  readonly unreadable: string;
}

export interface Asked extends DynaliteRequest {
  readonly number: number;
  readonly database: number;
}

export type ToThread = Asked | { readonly closed: number };
/** The number is the request's. */
export type FromThread = { readonly number: number } & (DynaliteReply | Unreadable);

interface Waiting {
  readonly resolve: (reply: DynaliteReply | Unreadable) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A database of its own, by dynalite. That lives on the global timers, `queueMicrotask` and `process.nextTick`, which a test may
 * fake (`vi.useFakeTimers()`): so it runs in another thread, where nobody fakes them.
 */
export class Dynalite {
  static #count = 0;
  /** Of all databases, and kept for the next one: to load dynalite takes 100 ms. */
  static #shared: Thread | undefined;
  readonly #number = ++Dynalite.#count;
  readonly #thread: Thread;

  constructor() {
    if (Dynalite.#shared?.ended !== undefined) Dynalite.#shared = undefined;
    this.#thread = Dynalite.#shared ??= new Thread();
  }

  /** Rejects when dynalite has broken down. */
  ask(request: DynaliteRequest): Promise<DynaliteReply | Unreadable> {
    return this.#thread.ask({ ...request, database: this.#number });
  }

  /** Forgets all tables. */
  close(): void {
    this.#thread.tell({ closed: this.#number });
  }
}

class Thread {
  /** Why it answers no more. */
  ended: Error | undefined;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;

  constructor() {
    // the options of this process are for its own script
    this.#worker = new Worker(script(), { name: "DynamoDB", execArgv: [] });
    // whoever waits for an answer holds the process by a connection; before it is up, a worker would hold it all the same
    this.#worker.once("online", () => {
      this.#worker.unref();
    });
    this.#worker.on("message", (reply: FromThread) => {
      this.#waiting.get(reply.number)?.resolve(reply);
      this.#waiting.delete(reply.number);
    });
    this.#worker.on("error", (cause) => {
      this.#end(new Error(`dynalite broke down, and its tables are lost: ${String(cause)}`, { cause }));
    });
    this.#worker.on("exit", () => {
      this.#end(new Error("dynalite has ended, and its tables are lost"));
    });
  }

  ask(request: Omit<Asked, "number">): Promise<DynaliteReply | Unreadable> {
    if (this.ended !== undefined) return Promise.reject(this.ended);
    const number = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.tell({ ...request, number });
    });
  }

  tell(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #end(error: Error): void {
    this.ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.ended);
    this.#waiting.clear();
  }
}

/** In the package each file that holds this code lies one folder deep, beside `shared`. */
function script(): URL {
  const isSource = import.meta.url.endsWith(".ts");
  return new URL(isSource ? "dynalite-thread.ts" : "../shared/dynalite-thread.js", import.meta.url);
}
