import { describe, expect, test } from "vitest";
import { openHarness, watch } from "../../test/support/open-harness.ts";

type Scope = Awaited<ReturnType<typeof open>>["scope"];

async function open() {
  const opened = await openHarness();
  return { ...opened, scope: opened.harness.scope("test") };
}

describe.for([
  ["next()", (scope: Scope): Promise<unknown> => scope.channels.orders.next({ id: "a" }), 2_000],
  ["exactly()", (scope: Scope): Promise<unknown> => scope.channels.orders.exactly(1, { id: "a" }), 1_000],
] as const)("why the event of a %s did not come", ([, wait, judgedAfter]) => {
  test("where work is still waiting, the failure says which", async () => {
    const { scope, broker, clock } = await open();
    const ended = watch(wait(scope));
    broker.setPending({
      inFlight: 1,
      where: ["1 in flight on orders, invisible for 27.9 s more: advance the simulator?"],
    });
    await clock.advance(2_500);
    expect(ended.error?.message).toContain("busy      1 in flight on orders, invisible for 27.9 s more: advance");
  });

  test("where all work is done, the failure says that nothing more comes of it", async () => {
    const { scope, clock } = await open();
    const ended = watch(wait(scope));
    await clock.advance(2_500);
    expect(ended.error?.message).toContain("known     all work is done (heard, worked off, finished, delivered)");
  });

  test("where what is known is no more than a part, the failure does not say so", async () => {
    const { scope, broker, clock } = await open();
    const ended = watch(wait(scope));
    broker.setPending({ exact: false, reason: "its counts are estimates" });
    await clock.advance(2_500);
    expect(ended.error?.message).toContain("unknown   worked off: its counts are estimates");
    expect(ended.error?.message).not.toContain("all work is done");
  });

  test("a broker that does not answer holds the failure up for 200 ms, no longer", async () => {
    const { scope, broker, clock } = await open();
    const ended = watch(wait(scope));
    broker.silent = true;
    await clock.advance(judgedAfter);
    expect(ended.error).toBeUndefined();
    await clock.advance(210);
    expect(ended.error).toMatchObject({ code: "SLA_VIOLATED" });
    expect(ended.error?.message).not.toContain("known ");
  });
});
