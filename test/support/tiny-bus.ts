import type {
  Accounting,
  ChannelDeclaration,
  DeadLettersDeclaration,
  EndpointFilter,
  ListenerSink,
  Mark,
  Pending,
  Subscription,
} from "../../src/contracts/index.ts";

/**
 * A broker in a few lines, under the test's full control: what is sent is delivered when the test says so, and what the
 * broker knows is what the test sets.
 */
export class TinyBroker {
  readonly sinks = new Set<ListenerSink>();
  readonly #changed = new Set<() => void>();
  readonly #passes = new Map<ListenerSink, (body: unknown) => boolean>();
  #messages = 0;
  pending: Omit<Pending, "sampledAt"> = { waiting: 0, inFlight: 0, undelivered: 0, exact: true, where: [] };
  /** Whether it leaves questions without an answer. */
  silent = false;
  reached: number | undefined = 1;
  marks = 0;
  /** Whether what is sent comes back to the listeners at once. */
  echo = true;
  /** Traceparents of what was sent, in order. */
  readonly sentWith: string[] = [];

  readonly accounting: Accounting = {
    name: "tiny broker",
    mark: (): Promise<Mark> => {
      this.marks++;
      return Promise.resolve({
        pending: () =>
          this.silent ? new Promise<never>(() => undefined) : Promise.resolve({ ...this.pending, sampledAt: 0 }),
        onChange: (listener) => {
          this.#changed.add(listener);
          return { [Symbol.dispose]: () => void this.#changed.delete(listener) };
        },
      });
    },
  };

  setPending(pending: Partial<TinyBroker["pending"]>): void {
    this.pending = { ...this.pending, ...pending };
    for (const listener of this.#changed) listener();
  }

  /** Delivers one event to all listeners, as the broker would. */
  deliver(
    body: unknown,
    more: { id?: string; traceparent?: string; deliveries?: number; attributes?: Record<string, string> } = {},
  ): string {
    const id = more.id ?? `message-${++this.#messages}`;
    const attributes = { ...more.attributes, ...(more.traceparent !== undefined && { traceparent: more.traceparent }) };
    for (const sink of this.sinks)
      if (this.#passes.get(sink)?.(body) !== false)
        sink.event({ id, body, attributes, deliveries: more.deliveries ?? 1, raw: undefined });
    return id;
  }

  /** A channel of this broker. */
  channel<T>(
    name: string,
    options: Partial<Pick<ChannelDeclaration<T>, "schema" | "codec" | "correlation" | "deadLetters">> & {
      accounting?: boolean;
      carries?: "bytes" | "values";
      /** What it hears of what is delivered. */
      filter?: EndpointFilter & { readonly passes: (body: unknown) => boolean };
    } = {},
  ): ChannelDeclaration<T> {
    const { accounting = true, carries = "values", filter, ...declared } = options;
    return {
      direction: "both",
      ...declared,
      transport: accounting ? this.#withAccounting : this.#withoutAccounting,
      endpoint: {
        name,
        carries,
        ...(filter && { filter }),
        send: async (message) => {
          await Promise.resolve();
          this.sentWith.push(String(message.attributes["traceparent"]));
          const id = `message-${++this.#messages}`;
          if (this.echo) this.deliver(message.body, { id, traceparent: String(message.attributes["traceparent"]) });
          return { id, ...(this.reached !== undefined && { reached: this.reached }) };
        },
        listen: async (sink) => {
          await Promise.resolve();
          this.sinks.add(sink);
          if (filter !== undefined) this.#passes.set(sink, filter.passes);
          return {
            [Symbol.asyncDispose]: async () => {
              await Promise.resolve();
              this.sinks.delete(sink);
            },
          };
        },
      },
    };
  }

  /** Dead letters of this broker. What goes back is given to `redrive`, which says the new id. */
  deadLetters<T>(name: string, redrive: (id: string) => Promise<string>): DeadLettersDeclaration<T> {
    const { endpoint, transport } = this.channel<T>(name, { carries: "bytes" });
    return {
      direction: "listen",
      deadLetters: { allowed: false },
      transport,
      endpoint: {
        name,
        carries: "bytes",
        listen: async (sink, signal) => (await endpoint.listen?.(sink, signal)) as Subscription,
        redrive: async ({ id }) => ({
          id: await redrive(id),
          to: "orders",
          ...(this.reached !== undefined && { reached: this.reached }),
        }),
      },
    };
  }

  readonly #withAccounting = { name: "tiny", accounting: this.accounting };
  readonly #withoutAccounting = { name: "tiny" };
}
