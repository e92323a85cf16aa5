import type { AnyDeclaration } from "../contracts/index.ts";
import { wakefulError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { checkArgument, checkOptions, tellValue } from "../options.ts";
import { proveExactly } from "./exactly.ts";
import { checkFirstArgument } from "./first-argument.ts";
import { awaitNext } from "./next.ts";
import { proveNone } from "./none.ts";
import { countOptions, redriveOptions, sendOptions, waitOptions } from "./option-kinds.ts";
import { redriveLetters } from "./redrive.ts";
import type { ScopedEvent } from "./received-event.ts";
import type { ScopeCore, StartedWait } from "./scope-core.ts";
import { checkPayload, encode, sendBody } from "./send.ts";
import type {
  CountOptions,
  Proof,
  RedriveOptions,
  RefusedMessage,
  SendOptions,
  SentEvent,
  WaitOptions,
} from "./types.ts";
import { type Condition, toCondition } from "./where.ts";

/** Starts a wait that the scope watches: noted whether it is awaited, aborted at the scope's end. */
export type StartWait = <T>(
  what: string,
  calledFrom: (...arguments_: never[]) => unknown,
  signal: AbortSignal | undefined,
  wait: (signal: AbortSignal, origin: () => string, about: StartedWait["about"]) => Promise<T>,
) => Promise<T>;

/** What was given as a condition, be it `undefined`, and by which call. */
interface Given {
  readonly name: string;
  /** What stands before it. */
  readonly before?: string;
  readonly where: unknown;
  readonly options: unknown;
}

/** One channel as one scope sees it. The types of `Channel`, `Sendable`, `Listenable` and `DeadLetters` are put on by the scope. */
export class ScopedChannel {
  readonly #scope: ScopeCore;
  readonly #name: string;
  readonly #declaration: AnyDeclaration;
  readonly #start: StartWait;
  /** Dead letters that were sent back, by sequence. */
  readonly #redriven = new Set<number>();

  constructor(scope: ScopeCore, name: string, declaration: AnyDeclaration, start: StartWait) {
    this.#scope = scope;
    this.#name = name;
    this.#declaration = declaration;
    this.#start = start;
  }

  send(payload: unknown, options?: SendOptions): Promise<SentEvent> {
    return this.#send("send", this.send, options, async (send) => {
      await checkPayload(this.#name, this.#declaration, payload);
      return await send({ body: encode(this.#name, this.#declaration, payload), payload });
    });
  }

  sendRaw(body: string | Uint8Array, options?: SendOptions): Promise<SentEvent> {
    return this.#send("sendRaw", this.sendRaw, options, (send) => {
      checkArgument("sendRaw(body)", body, kind.body);
      return send({ body, payload: body });
    });
  }

  next(...[where, options]: [where?: unknown, options?: WaitOptions]): Promise<ScopedEvent> {
    const given = arguments.length > 0;
    const what = `next on ${this.#name}`;
    return this.#start(what, this.next, options?.signal, async (signal, _origin, about) => {
      checkOptions(what, options, waitOptions);
      const condition = this.#toWaitFor(given ? { name: "next", where, options } : undefined, about);
      return await awaitNext(this.#scope, this.#name, condition, options, signal);
    });
  }

  exactly(
    ...[count, where, options]: [count: number, where?: unknown, options?: CountOptions]
  ): Promise<ScopedEvent[]> {
    const given = arguments.length > 1;
    const what = `exactly ${tellValue(count)} on ${this.#name}`;
    return this.#start(what, this.exactly, options?.signal, async (signal, origin, about) => {
      checkArgument("exactly(count)", count, kind.wholeNumber(0));
      checkOptions(what, options, countOptions);
      const before = String(count);
      const condition = this.#toWaitFor(given ? { name: "exactly", before, where, options } : undefined, about);
      about.counted = true;
      return await proveExactly(this.#scope, this.#name, count, condition, options, signal, origin);
    });
  }

  none(...[where, options]: [where?: unknown, options?: WaitOptions]): Promise<Proof> {
    const given = arguments.length > 0;
    const what = `none on ${this.#name}`;
    return this.#start(what, this.none, options?.signal, async (signal, origin, about) => {
      checkOptions(what, options, waitOptions);
      const condition = this.#toWaitFor(given ? { name: "none", where, options } : undefined, about);
      about.absence = true;
      return await proveNone(this.#scope, this.#name, condition, options, signal, origin);
    });
  }

  seen(...[where]: [where?: unknown]): readonly ScopedEvent[] {
    this.#mustListen();
    const condition = this.#toCondition(arguments.length > 0 ? { name: "seen", where, options: undefined } : undefined);
    return [...this.#scope.events(this.#name)].filter((event) => condition.accepts(event));
  }

  refused(): readonly RefusedMessage[] {
    this.#mustListen();
    return Array.from(this.#scope.refused(this.#name), (entry) => {
      this.#scope.claims.claim(entry.sequence);
      const { id, channel, why, problems, body, attributes, sequence } = entry;
      const receivedAt = new Date(entry.wall - (entry.at - entry.arrivedAt));
      return { id, channel, why, problems, body, attributes, sequence, receivedAt };
    });
  }

  redrive(...[where, options]: [where?: unknown, options?: RedriveOptions]): Promise<SentEvent[]> {
    const given = arguments.length > 0;
    const what = `redrive of ${this.#name}`;
    return this.#sending(what, this.redrive, options?.signal, async (signal) => {
      checkOptions(what, options, redriveOptions);
      const condition = this.#toCondition(given ? { name: "redrive", where, options } : undefined);
      return await redriveLetters(this.#scope, this.#name, this.#declaration, condition, this.#redriven, signal);
    });
  }

  #send(
    name: string,
    calledFrom: (...arguments_: never[]) => unknown,
    options: SendOptions | undefined,
    work: (send: (message: { body: unknown; payload: unknown }) => Promise<SentEvent>) => Promise<SentEvent>,
  ): Promise<SentEvent> {
    const what = `${name} to ${this.#name}`;
    return this.#sending(what, calledFrom, options?.signal, async (signal) => {
      checkOptions(what, options, sendOptions, this.#declaration.endpoint.sendOptions);
      return await work((message) => sendBody(this.#scope, this.#name, this.#declaration, message, options, signal));
    });
  }

  /** A send is under way from the call on: while its payload is checked, no proof is made without it. */
  #sending<T>(
    what: string,
    calledFrom: (...arguments_: never[]) => unknown,
    given: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return this.#start(what, calledFrom, given, async (signal) => {
      this.#scope.sendsUnderWay++;
      try {
        return await work(signal);
      } finally {
        this.#scope.sendsUnderWay--;
      }
    });
  }

  /** What a wait waits for; noted for whoever has to tell of the wait. */
  #toWaitFor(given: Given | undefined, about: StartedWait["about"]): Condition {
    this.#mustListen();
    const condition = this.#toCondition(given);
    about.channel = this.#name;
    about.condition = condition;
    return condition;
  }

  #toCondition(given: Given | undefined): Condition {
    const { schema } = this.#declaration;
    if (given !== undefined) checkFirstArgument({ ...given, channel: this.#name, schema });
    return toCondition(given?.where, given !== undefined, this.#name, schema);
  }

  #mustListen(): void {
    if (this.#declaration.endpoint.listen === undefined) throw wakefulError("NOT_LISTENABLE", { channel: this.#name });
  }
}
