/** What the broker may do to the service on a bad day, done on purpose. */
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { withVariant } from "./variant.ts";

const queue = "customer--order-created";

describe.concurrent("a fault", () => {
  test("a duplicate finds a consumer that is not idempotent, and the failure names it", async () => {
    await withVariant({ env: { CUSTOMERS_FAULTS: "not-idempotent" } }, async ({ simulator, scope, api }) => {
      const { customer_id } = await api.createCustomer("John Doe");
      const order_id = randomUUID();
      using twice = simulator.faults.on(queue).duplicate({ nth: 1 });
      await scope.channels.orderCreated.send({ order_id, customer_id });
      await scope.settled();
      const registered = scope.probeUntil(
        async () => expect((await api.getCustomer(customer_id)).orders).toEqual([{ order_id }]),
        { within: "100ms" },
      );
      await expect(registered).rejects.toThrow(
        /\n {2}faults +duplicate on queue customer--order-created, number 1: hit #/,
      );
      expect(twice.hits).toHaveLength(1);
      expect((await api.getCustomer(customer_id)).orders).toHaveLength(2);
    });
  });

  test("a duplicate is nothing to the idempotent one", async () => {
    await withVariant({}, async ({ simulator, app, scope, api }) => {
      const { customer_id } = await api.createCustomer("John Doe");
      const order_id = randomUUID();
      using twice = simulator.faults.on(queue).duplicate({ where: ({ body }) => body.includes(order_id) });
      await scope.channels.orderCreated.send({ order_id, customer_id });
      expect(await scope.settled()).toMatchObject({ faults: [`${twice.name} (1 hit)`] });
      expect(app.log.count("order registered")).toBe(2);
      expect((await api.getCustomer(customer_id)).orders).toEqual([{ order_id }]);
    });
  });

  test("an acknowledgement that is lost brings the order again, which changes nothing", async () => {
    await withVariant({}, async ({ simulator, app, scope, api }) => {
      const { customer_id } = await api.createCustomer("John Doe");
      const order_id = randomUUID();
      using lost = simulator.faults.on(queue).rejectAcknowledgement({ nth: 1 });
      await scope.channels.orderCreated.send({ order_id, customer_id });
      await scope.probeUntil(() => {
        expect(lost.hits).toHaveLength(1);
      });
      await simulator.advance("30s");
      await scope.settled();
      expect(app.log.count("order registered")).toBe(2);
      expect((await api.getCustomer(customer_id)).orders).toEqual([{ order_id }]);
      const steps = [
        "sent orderCreated",
        `taken from queue ${queue} (receive 1)`,
        "its acknowledgement was refused",
        `back on queue ${queue} after 30 s: it was not acknowledged`,
        `taken from queue ${queue} (receive 2)`,
        `deleted from queue ${queue}: acknowledged`,
      ].map((step) => scope.timeline().indexOf(step));
      expect([-1, ...steps]).toEqual([-1, ...steps].toSorted((a, b) => a - b));
    });
  });

  test("a throttled publish is tried again by the service's SDK: the customer is announced once", async () => {
    await withVariant({}, async ({ simulator, scope, api }) => {
      using busy = simulator.faults.endpoint.throttle({ action: "Publish", nth: 1 });
      const { customer_id } = await api.createCustomer("John Doe");
      await scope.channels.customerCreated.exactly(1, { customer_id });
      expect(busy).toMatchObject({ passed: 2, hits: [{ text: "Publish was throttled" }] });
      expect(scope.timeline()).toMatch(/#\d+ fault: Publish was throttled \(throttle on Publish, number 1\)/);
    });
  });

  test("a publish whose reply is lost is tried again too: the customer is announced twice", async () => {
    await withVariant({}, async ({ simulator, scope, api }) => {
      using lost = simulator.faults.endpoint.closeConnection({ action: "Publish", processed: true, nth: 1 });
      const { customer_id } = await api.createCustomer("John Doe");
      const [first, second] = await scope.channels.customerCreated.exactly(2, { customer_id });
      expect(first?.id).not.toBe(second?.id);
      expect(lost.hits).toHaveLength(1);
    });
  });

  test("the timeline of an order that is given up has each step of the broker, and none of the harness's own", async () => {
    await withVariant({}, async ({ simulator, scope }) => {
      const order = { order_id: randomUUID(), customer_id: randomUUID() };
      await scope.channels.orderCreated.send(order);
      await simulator.advance("90s");
      await scope.channels.deadOrders.next(order);
      expect(
        scope
          .timeline()
          .match(/ (taken|back|given up|deleted|heard deadOrders) ?/g)
          ?.map((step) => step.trim()),
      ).toEqual([...["taken", "back", "taken", "back", "taken", "back"], "given up", "heard deadOrders"]);
    });
  });

  test("an order that the broker loses was heard by nobody: there is nothing to settle, and no green", async () => {
    await withVariant({}, async ({ simulator, scope }) => {
      using lost = simulator.faults.on(queue).drop();
      await scope.channels.orderCreated.send({ order_id: randomUUID(), customer_id: randomUUID() });
      await expect(scope.channels.customerCreated.none()).rejects.toMatchObject({
        code: "UNHEARD",
        message: expect.stringMatching(/\n {2}faults +drop on queue customer--order-created: hit #\d+\n/) as unknown,
      });
      expect(lost.hits).toHaveLength(1);
    });
  });
});
