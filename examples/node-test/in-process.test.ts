import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { after, before, test } from "node:test";
import { createHarness, type Harness, probeUntil } from "wakeful";
import { inProcess } from "wakeful/in-process";
import { scoped } from "./scoped.ts";
import { type OrderPlaced, startShop } from "./shop.ts";

const bus = new EventEmitter();
// before the system subscribes: then all of its handlers are known
const events = inProcess(bus, { finishesBeforeReply: true });
const shop = startShop(bus);
const channels = {
  placed: events.event<OrderPlaced>("OrderPlaced"),
  confirmed: events.event<{ order: string }>("OrderConfirmed"),
  rejected: events.event<{ order: string }>("OrderRejected"),
};

let harness: Harness<typeof channels>;
before(async () => {
  harness = await createHarness({ channels, sla: "1s" });
});
after(async () => {
  // rejects when a proof of the run turned out to be wrong
  await harness.close();
  events[Symbol.dispose]();
});

void test(
  "an order is confirmed, once",
  scoped(
    () => harness,
    async ({ channels: { placed, confirmed } }) => {
      await placed.send({ order: "1", pieces: 2 });
      await confirmed.exactly(1, { order: "1" });
      // imported, and bound to this test all the same
      await probeUntil(() => {
        assert.equal(shop.confirmed.get("1"), 2);
      });
    },
  ),
);

void test(
  "an order of nothing is rejected, and not confirmed",
  scoped(
    () => harness,
    async ({ channels: { placed, confirmed, rejected } }) => {
      await placed.send({ order: "2", pieces: 0 });
      await rejected.next({ order: "2" });
      const proof = await confirmed.none({ order: "2" });
      assert.equal(proof.how, "proved");
    },
  ),
);

void test(
  "when the scope has settled, all that the test caused is worked off",
  scoped(
    () => harness,
    async (scope) => {
      for (const order of ["3", "4", "5"]) await scope.channels.placed.send({ order, pieces: 3 });
      await scope.settled();
      assert.deepEqual(
        ["3", "4", "5"].map((order) => shop.confirmed.get(order)),
        [3, 3, 3],
      );
    },
  ),
);
