import { describe, expect, test } from "vitest";
import { openHarness, watch } from "../../test/support/open-harness.ts";
import { errorOf } from "../../test/support/red.ts";

/** A harness whose only channel is a dead-letter queue, of JSON text. `back`: the ids of letters that went back, in order. */
async function open(fails: (id: string) => Error | undefined | Promise<undefined> = () => undefined) {
  const back: string[] = [];
  const opened = await openHarness({
    channels: (of) => ({
      dead: of.deadLetters<{ id: string }>("dead", async (id) => {
        const failure = await fails(id);
        if (failure !== undefined) throw failure;
        back.push(id);
        return `new-${id}`;
      }),
    }),
  });
  const scope = opened.harness.scope("test");
  const own = { traceparent: scope.headers["traceparent"] as string };
  const deliver = (id: string) => opened.broker.deliver(JSON.stringify({ id }), { id, ...own });
  return { ...opened, scope, dead: scope.channels.dead, own, deliver, back };
}

describe("redrive()", () => {
  test("sends back all letters of the scope that came, in order, each once, and takes them", async () => {
    const { scope, dead, deliver, back } = await open();
    deliver("a");
    deliver("b");
    await dead.next({ id: "b" });
    const sent = await dead.redrive();
    expect(back).toEqual(["a", "b"]);
    expect(sent).toMatchObject([
      { id: "new-a", channel: "dead", payload: { id: "a" }, reached: 1 },
      { id: "new-b", channel: "dead", payload: { id: "b" }, reached: 1 },
    ]);
    deliver("c");
    await dead.redrive();
    expect(back).toEqual(["a", "b", "c"]);
    expect(scope.timeline()).toMatch(/sent back from dead to orders #\d+, reached 1 \{"id":"c"\}/);
    await scope.close();
  });

  test("sends back what matches, by fields or by a predicate, and leaves the rest to fail the test", async () => {
    const { scope, dead, deliver, back } = await open();
    for (const id of ["a", "b", "c"]) deliver(id);
    await dead.redrive({ id: "b" });
    await dead.redrive((event) => event.id === "c");
    expect(back).toEqual(["b", "c"]);
    await expect(scope.close()).rejects.toMatchObject({ code: "UNEXPECTED_DEAD_LETTER" });
  });

  test("sends back what could not be read too", async () => {
    const { scope, dead, broker, own, back } = await open();
    const id = broker.deliver("{ no JSON", own);
    await dead.redrive();
    expect(back).toEqual([id]);
    await scope.close();
  });

  test("a letter that is given up again fails the test, unless it is taken", async () => {
    const { scope, dead, deliver } = await open();
    deliver("a");
    await dead.redrive();
    deliver("new-a");
    await expect(scope.close()).rejects.toMatchObject({ code: "UNEXPECTED_DEAD_LETTER" });
  });

  test("leaves letters of other scopes, and those that may be another's", async () => {
    const { harness, dead, broker, deliver, back } = await open();
    const other = harness.scope("other");
    broker.deliver('{"id":"theirs"}', { traceparent: other.headers["traceparent"] as string });
    broker.deliver('{"id":"whose?"}');
    expect(await errorOf(dead.redrive())).toMatchObject({ code: "NOTHING_TO_REDRIVE" });
    deliver("a");
    await dead.redrive();
    expect(back).toEqual(["a"]);
  });

  test("two at the same time send each letter once", async () => {
    const { dead, deliver, back } = await open();
    deliver("a");
    const [first, second] = [dead.redrive(), errorOf(dead.redrive())];
    expect(await first).toHaveLength(1);
    expect(await second).toMatchObject({ code: "NOTHING_TO_REDRIVE", facts: { redriven: 1 } });
    expect(back).toEqual(["a"]);
  });

  test("what could not be sent stays, and can be sent again", async () => {
    let broken = true;
    const { scope, dead, deliver, back } = await open((id) =>
      broken && id === "b" ? new Error("no route") : undefined,
    );
    for (const id of ["a", "b", "c"]) deliver(id);
    expect(await errorOf(dead.redrive())).toMatchObject({ code: "SEND_FAILED", cause: { message: "no route" } });
    expect(back).toEqual(["a"]);
    broken = false;
    await dead.redrive();
    expect(back).toEqual(["a", "b", "c"]);
    await scope.close();
  });

  test("a match that would fit everything is refused", async () => {
    const { dead, deliver, back } = await open();
    deliver("a");
    const renamed: { id: string } = { id: undefined as unknown as string };
    expect(await errorOf(dead.redrive(renamed))).toMatchObject({ code: "INVALID_MATCH" });
    expect(await errorOf(dead.redrive(undefined as never))).toMatchObject({ code: "INVALID_MATCH" });
    expect(back).toEqual([]);
  });

  test("while it is under way nothing is proved", async () => {
    const accepted = Promise.withResolvers<undefined>();
    const { scope, dead, deliver, clock } = await open(() => accepted.promise);
    deliver("a");
    const redriving = dead.redrive();
    const settling = watch(scope.settled());
    await clock.advance(50);
    expect(settling.state).toBe("pending");
    accepted.resolve(undefined);
    await redriving;
    await clock.advance(50);
    expect(settling.state).toBe("fulfilled");
  });

  test("what it sends must be heard, as everything that is sent", async () => {
    const { scope, dead, deliver, broker } = await open();
    broker.reached = 0;
    deliver("a");
    await dead.redrive();
    expect(await errorOf(dead.none())).toMatchObject({ code: "UNHEARD" });
    await scope.close();
  });

  test("is no method of other channels: whoever lost the type is told", async () => {
    const { harness } = await openHarness({ channels: (of) => ({ orders: of.channel("orders") }) });
    const { orders } = harness.scope("test").channels as unknown as { orders: { redrive(): Promise<unknown> } };
    expect(await errorOf(orders.redrive())).toMatchObject({ code: "NOT_REDRIVABLE" });
  });
});
