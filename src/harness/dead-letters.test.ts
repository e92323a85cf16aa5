import { describe, expect, test } from "vitest";
import { openHarness, watch } from "../../test/support/open-harness.ts";

const needsId = {
  "~standard": {
    version: 1 as const,
    vendor: "test",
    validate: (value: unknown) =>
      typeof value === "object" && value !== null && "id" in value ? { value } : { issues: [{ message: "no id" }] },
  },
};

/** A harness whose only channel is a dead-letter queue, of JSON text. */
async function open(options: { allowed?: boolean; schema?: typeof needsId } = {}) {
  const { allowed = false, ...more } = options;
  const opened = await openHarness({
    channels: (of) => ({
      dead: of.channel<{ id: string }>("dead", { carries: "bytes", deadLetters: { allowed }, ...more }),
    }),
  });
  const scope = opened.harness.scope("test");
  return { ...opened, scope, dead: scope.channels.dead, own: { traceparent: scope.headers["traceparent"] as string } };
}

describe("a dead letter of the scope that nobody took fails it", () => {
  test.for([
    ["one that can be read", '{"id":"a"}', undefined],
    ["one that cannot be decoded", "{ not JSON", undefined],
    ["one that does not fit the schema", '{"identifier":"a"}', needsId],
  ] as const)("%s", async ([, body, schema], { expect }) => {
    const { scope, broker, own } = await open(schema && { schema });
    broker.deliver(body, own);
    await expect(scope.close()).rejects.toMatchObject({ code: "UNEXPECTED_DEAD_LETTER" });
  });

  test("and its deliveries are told apart: those before it was given up, and the harness's own", async () => {
    const { scope, broker, own } = await open();
    broker.deliver('{"id":"a"}', { ...own, deliveries: 4 });
    await expect(scope.close()).rejects.toMatchObject({
      message: expect.stringContaining("(received 4 times, the last time by the harness)") as unknown,
    });
  });

  test("one without a trace too, while only this scope can have caused it", async () => {
    const { scope, broker } = await open();
    broker.deliver("{ not JSON");
    await expect(scope.close()).rejects.toMatchObject({
      code: "UNEXPECTED_DEAD_LETTER",
      message: expect.stringContaining("{ not JSON") as unknown,
    });
  });

  test("but not one that was taken: by next(), or, where it cannot be read, by refused()", async () => {
    const { scope, broker, own, dead } = await open();
    broker.deliver('{"id":"a"}', own);
    broker.deliver("{ not JSON", own);
    await dead.next({ id: "a" });
    const [poison] = dead.refused();
    expect(poison).toMatchObject({ channel: "dead", why: "could not decode", body: "{ not JSON" });
    await expect(scope.close()).resolves.toBeUndefined();
  });

  test("nor one that is allowed", async () => {
    const { scope, broker, own } = await open({ allowed: true });
    broker.deliver("{ not JSON", own);
    broker.deliver('{"id":"a"}', own);
    await expect(scope.close()).resolves.toBeUndefined();
  });

  test("nor another scope's, nor one that may be another's", async () => {
    const { scope, harness, broker } = await open();
    const other = harness.scope("other");
    broker.deliver('{"id":"a"}', { traceparent: other.headers["traceparent"] as string });
    broker.deliver("{ not JSON", { traceparent: other.headers["traceparent"] as string });
    broker.deliver('{"id":"whose?"}');
    broker.deliver("{ whose?");
    await expect(scope.close()).resolves.toBeUndefined();
  });
});

describe("a dead letter that several scopes may have caused", () => {
  test("fails the last of them that ends, when none took it", async () => {
    const { scope, harness, broker } = await open();
    const other = harness.scope("other");
    broker.deliver('{"id":"whose?"}');
    await scope.close();
    expect(harness.takeFailures()).toEqual([]);
    await expect(other.close()).rejects.toMatchObject({
      code: "UNEXPECTED_DEAD_LETTER",
      message: expect.stringContaining("whose?") as unknown,
    });
    expect(harness.takeFailures()).toEqual([]);
    await expect(harness.close()).resolves.toBeUndefined();
  });

  test("fails the run, once, where the last of them ends beside another scope", async () => {
    const { scope, harness, broker } = await open();
    const other = harness.scope("other");
    broker.deliver('{"id":"whose?"}');
    const third = harness.scope("third");
    await scope.close();
    await other.close();
    expect(harness.takeFailures()).toEqual([]);
    await third.close();
    const [failed, ...more] = harness.takeFailures();
    expect(more).toEqual([]);
    expect(failed).toMatchObject({
      code: "UNEXPECTED_DEAD_LETTER",
      message: expect.stringMatching(/no test took it; it may as well belong to "other"[^]*whose\?/) as unknown,
    });
    expect(harness.takeFailures()).toEqual([]);
    await expect(harness.close()).resolves.toBeUndefined();
  });

  test.for(["first", "last"] as const)("but not when one did that ended %s", async (when, { expect }) => {
    const { scope, harness, broker } = await open();
    const other = harness.scope("other");
    broker.deliver('{"id":"a"}');
    const taker = when === "first" ? scope : other;
    await taker.channels.dead.next({ id: "a" });
    await scope.close();
    await other.close();
    expect(harness.takeFailures()).toEqual([]);
    await expect(harness.close()).resolves.toBeUndefined();
  });
});

describe("refused()", () => {
  test("returns the same each time: what could not be read, without other scopes' and other times'", async () => {
    const { harness, broker } = await open();
    broker.deliver("{ before");
    const scope = harness.scope("second");
    const other = harness.scope("other");
    broker.deliver("{ mine", { traceparent: scope.headers["traceparent"] as string });
    broker.deliver("{ other", { traceparent: other.headers["traceparent"] as string });
    const bodies = () => scope.channels.dead.refused().map(({ body }) => body);
    expect(bodies()).toEqual(["{ mine"]);
    expect(bodies()).toEqual(["{ mine"]);
  });

  test("what was taken by it is no obstacle to a proof any more", async () => {
    const { broker, own, dead } = await open();
    broker.deliver("{ not JSON", own);
    await expect(dead.none()).rejects.toMatchObject({ code: "UNKNOWN" });
    expect(dead.refused()).toHaveLength(1);
    expect(await dead.none()).toMatchObject({ how: "proved" });
  });

  test("a probe looks again when something comes that cannot be read", async () => {
    const { broker, own, dead, scope, clock } = await open();
    const wait = watch(
      scope.probeUntil(() => dead.refused(), { until: (refused) => refused.length === 1, interval: 900 }),
    );
    await clock.settle();
    broker.deliver("{ not JSON", own);
    await clock.advance(2);
    expect(wait.state).toBe("fulfilled");
  });

  test("a message of a schema that it does not fit belongs to whose id it bears", async () => {
    const { broker, harness } = await open({ schema: needsId });
    const owner = harness.scope("owner");
    const other = harness.scope("other");
    owner.own("customer-1");
    broker.deliver('{"customer":"customer-1"}');
    expect(owner.channels.dead.refused()).toHaveLength(1);
    expect(other.channels.dead.refused()).toHaveLength(0);
  });
});

describe("a dead letter that comes late", () => {
  test("is waited for where it is known to be on its way", async () => {
    const { scope, broker, own, clock } = await open();
    broker.setPending({ undelivered: 1 });
    const closing = watch(scope.close());
    await clock.advance(50);
    expect(closing.state).toBe("pending");
    broker.deliver('{"id":"a"}', own);
    broker.setPending({ undelivered: 0 });
    await clock.advance(50);
    expect(closing.error).toMatchObject({ code: "UNEXPECTED_DEAD_LETTER" });
  });

  test("is not waited for without end", async () => {
    const { scope, broker, clock } = await open();
    broker.setPending({ undelivered: 1 });
    const closing = watch(scope.close());
    await clock.advance(400);
    expect(closing.state).toBe("fulfilled");
  });

  test.for(['{"id":"a"}', "{ not JSON"])(
    "after its scope has ended, is a failure of the run: %s",
    async (body, { expect }) => {
      const { scope, harness, broker, own } = await open();
      await scope.close();
      broker.deliver(body, own);
      expect(harness.takeFailures()).toMatchObject([{ code: "UNEXPECTED_DEAD_LETTER" }]);
      expect(harness.takeFailures()).toEqual([]);
    },
  );

  test("is none where it is allowed, or the test had failed", async () => {
    const allowed = await open({ allowed: true });
    await allowed.scope.close();
    allowed.broker.deliver('{"id":"a"}', allowed.own);
    expect(allowed.harness.takeFailures()).toEqual([]);
    const failed = await open();
    await failed.scope.close({ failed: true });
    failed.broker.deliver('{"id":"a"}', failed.own);
    expect(failed.harness.takeFailures()).toEqual([]);
  });

  test("when it is taken by the next test that knows it, it still failed the one that caused it", async () => {
    const { scope, harness, broker, own } = await open();
    await scope.close();
    const next = harness.scope("next");
    broker.deliver('{"id":"a"}', own);
    expect(next.channels.dead.seen()).toEqual([]);
    expect(harness.takeFailures()).toMatchObject([{ code: "UNEXPECTED_DEAD_LETTER" }]);
    await next.close();
  });
});
