/** Compiled, not run: what `wakefulTest` knows of its types. */
import { expectTypeOf } from "vitest";
import type { ChannelDeclaration, ListenableDeclaration, SendableDeclaration } from "../../src/contracts/index.ts";
import type { Channel, Listenable, Probes, Scope, Sendable } from "../../src/index.ts";
import { wakefulTest } from "../../src/runners/vitest/index.ts";

interface Created {
  readonly id: string;
}

interface Order {
  readonly order: number;
}

declare const channels: {
  readonly created: ChannelDeclaration<Created>;
  readonly orders: SendableDeclaration<Order>;
  readonly dead: ListenableDeclaration<Order>;
};

const test = wakefulTest({ sla: "3s", start: () => ({ app: { url: "http://127.0.0.1" }, channels }) });

test("fixtures", ({ env, channels, scope, probeUntil, probeDuring, task }) => {
  expectTypeOf(env.app.url).toEqualTypeOf<string>();
  expectTypeOf(channels.created).toEqualTypeOf<Channel<Created>>();
  expectTypeOf(channels.orders).toEqualTypeOf<Sendable<Order>>();
  expectTypeOf(channels.dead).toEqualTypeOf<Listenable<Order>>();
  expectTypeOf(scope).toExtend<Pick<Scope, "headers" | "own" | "settled">>();
  expectTypeOf(probeUntil).toEqualTypeOf<Probes["probeUntil"]>();
  expectTypeOf(probeDuring).toEqualTypeOf<Probes["probeDuring"]>();
  expectTypeOf(task.name).toEqualTypeOf<string>();
  // @ts-expect-error a queue that a system reads cannot be listened to
  void channels.orders.next();
  // @ts-expect-error no such field
  void channels.created.next({ identity: "1" });
  // @ts-expect-error no such channel
  void channels.deleted;
});

test
  .extend("api", ({ env, scope }) => ({ url: env.app.url, headers: scope.headers }))
  .extend("database", { scope: "worker" }, ({ env }) => `${env.app.url}/database`)
  .extend<{ user: { readonly name: string } }>({
    user: async ({ api }, use) => {
      await use({ name: api.url });
    },
  })("extended", ({ api, database, user, channels }) => {
  expectTypeOf(api.headers).toEqualTypeOf<Readonly<Record<string, string>>>();
  expectTypeOf(database).toEqualTypeOf<string>();
  expectTypeOf(user.name).toEqualTypeOf<string>();
  expectTypeOf(channels.created).toEqualTypeOf<Channel<Created>>();
});

test.beforeAll(({ env }) => {
  expectTypeOf(env.app.url).toEqualTypeOf<string>();
});

// @ts-expect-error a scope is a test's, not a file's
test.beforeAll(({ scope }) => scope);

// @ts-expect-error no channels
wakefulTest({ start: () => ({ app: {} }) });

wakefulTest({
  async start({ use, prefix, worker, signal }) {
    expectTypeOf(prefix).toEqualTypeOf<string>();
    expectTypeOf(worker).toEqualTypeOf<number>();
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
    const opened = await use(Promise.resolve({ port: 1, [Symbol.dispose]: () => undefined }));
    expectTypeOf(opened.port).toEqualTypeOf<number>();
    // @ts-expect-error nothing to close
    await use({ port: 1 });
    return { channels };
  },
});
