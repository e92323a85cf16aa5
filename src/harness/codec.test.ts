/** What the harness makes of a codec that breaks its contract. */
import { expect, test } from "vitest";
import { openHarness } from "../../test/support/open-harness.ts";
import type { ChannelDeclaration, Codec } from "../contracts/index.ts";

async function openWith(codec: Partial<Codec>) {
  const opened = await openHarness<{ orders: ChannelDeclaration<unknown> }>({
    channels: (broker) => ({
      orders: broker.channel<unknown>("orders", {
        carries: "bytes",
        codec: { name: "mine", encode: String, decode: String, ...codec },
      }),
    }),
  });
  return { ...opened, scope: opened.harness.scope("test") };
}

test.for([
  ["resolves", () => Promise.resolve({ id: "a" })],
  ["rejects", () => Promise.reject(new Error("not mine"))],
] as const)("a codec whose decode gives a promise that %s has decoded nothing", async ([, decode]) => {
  const { scope, broker } = await openWith({ decode });
  broker.deliver("a");
  expect(scope.channels.orders.refused()).toMatchObject([
    { why: "could not decode", problems: ["decode() gave a promise, where codecs are synchronous"] },
  ]);
});

// one that rejects, and that nobody waits for, would fail the run beside the test
test.for([
  ["resolves", () => Promise.resolve("a")],
  ["rejects", () => Promise.reject(new Error("not mine"))],
] as const)("a codec whose encode gives a promise that %s has encoded nothing", async ([, encode]) => {
  const { scope } = await openWith({ encode: encode as never });
  await expect(scope.channels.orders.send("a")).rejects.toMatchObject({ code: "ENCODING_FAILED" });
});

test("a codec whose decode gives nothing has decoded nothing: no match would ever find it", async () => {
  const { scope, broker } = await openWith({ decode: () => undefined });
  broker.deliver("a");
  await expect(scope.channels.orders.none({ id: "a" })).rejects.toMatchObject({ code: "UNKNOWN" });
  expect(scope.channels.orders.refused()).toMatchObject([
    { why: "could not decode", problems: ["decode() gave undefined: is a return missing?"] },
  ]);
});

test("a codec may give null, which is a payload", async () => {
  const { scope, broker } = await openWith({ decode: () => null });
  broker.deliver("a");
  expect(scope.channels.orders.seen()).toMatchObject([{ payload: null }]);
});
