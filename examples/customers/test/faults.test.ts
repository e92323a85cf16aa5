/** What the broker may do to the service on a bad day, done on purpose. Each fault ends with its test. */
import { randomUUID } from "node:crypto";
import { describe, expect } from "vitest";
import { test } from "./harness.ts";

const queue = "customer--order-created";

describe("a fault", () => {
  test("a duplicate changes nothing: the order is registered once", async ({
    env: { simulator, app },
    scope,
    api,
    channels: { orderCreated },
  }) => {
    const { customer_id } = await api.createCustomer("John Doe");
    const order_id = randomUUID();
    const twice = simulator.faults.on(queue).duplicate({ where: ({ body }) => body.includes(order_id) });
    await orderCreated.send({ order_id, customer_id });
    expect(await scope.settled()).toMatchObject({ faults: [`${twice.name} (1 hit)`] });
    expect(app.log.count(new RegExp(`"order registered".*${order_id}`))).toBe(2);
    expect((await api.getCustomer(customer_id)).orders).toEqual([{ order_id }]);
  });

  test("an acknowledgement that is lost brings the order again, which changes nothing", async ({
    env: { simulator, app },
    scope,
    api,
    channels: { orderCreated },
    probeUntil,
  }) => {
    const { customer_id } = await api.createCustomer("John Doe");
    const order_id = randomUUID();
    const lost = simulator.faults.on(queue).rejectAcknowledgement({ nth: 1 });
    await orderCreated.send({ order_id, customer_id });
    await probeUntil(() => {
      expect(lost.hits).toHaveLength(1);
    });
    await simulator.advance("30s");
    await scope.settled();
    expect(app.log.count(new RegExp(`"order registered".*${order_id}`))).toBe(2);
    expect((await api.getCustomer(customer_id)).orders).toEqual([{ order_id }]);
    const steps = [
      "sent orderCreated",
      `taken from queue ${queue} (receive 1)`,
      "its acknowledgement was refused",
      `back on queue ${queue} after 30 s: it was not acknowledged`,
      `taken from queue ${queue} (receive 2)`,
      `deleted from queue ${queue}: acknowledged`,
    ].map((step) => scope.timeline().indexOf(step));
    expect(steps).not.toContain(-1);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  });

  test("a publish that AWS fails is tried again by the service's SDK: the customer is announced once", async ({
    env: { simulator },
    scope,
    api,
    channels: { customerCreated },
  }) => {
    const down = simulator.faults.endpoint.fail({ action: "Publish", nth: 1 });
    const { customer_id } = await api.createCustomer("John Doe");
    await customerCreated.exactly(1, { customer_id });
    expect(down).toMatchObject({ passed: 2, hits: [{ text: "Publish was answered with 500" }] });
    expect(scope.timeline()).toMatch(
      /#\d+ fault: Publish was answered with 500 \(fail with 500 on Publish, number 1\)/,
    );
  });

  test("a publish whose reply is lost is tried again too: the customer is announced twice", async ({
    env: { simulator },
    api,
    channels: { customerCreated },
  }) => {
    const lost = simulator.faults.endpoint.closeConnection({ action: "Publish", processed: true, nth: 1 });
    const { customer_id } = await api.createCustomer("John Doe");
    const [first, second] = await customerCreated.exactly(2, { customer_id });
    expect(first?.id).not.toBe(second?.id);
    expect(lost.hits).toHaveLength(1);
  });

  test("an order that the broker loses was heard by nobody: there is nothing to settle, and no green", async ({
    env: { simulator },
    channels: { orderCreated, customerCreated },
  }) => {
    const lost = simulator.faults.on(queue).drop();
    await orderCreated.send({ order_id: randomUUID(), customer_id: randomUUID() });
    await expect(customerCreated.none()).rejects.toMatchObject({
      code: "UNHEARD",
      message: expect.stringMatching(/\n {2}faults +drop on queue customer--order-created: hit #\d+\n/) as unknown,
    });
    expect(lost.hits).toHaveLength(1);
  });
});

test("the timeline of an order that is given up has each step of the broker, and none of the harness's own", async ({
  env: { simulator },
  scope,
  channels: { orderCreated, deadOrders },
}) => {
  const order = { order_id: randomUUID(), customer_id: randomUUID() };
  await orderCreated.send(order);
  await simulator.advance("90s");
  await deadOrders.next(order);
  const steps = scope.timeline().match(/ (taken|back|given up|deleted|heard deadOrders) ?/g);
  expect(steps?.map((step) => step.trim())).toEqual([
    ...["taken", "back", "taken", "back", "taken", "back"],
    ...["given up", "heard deadOrders"],
  ]);
});
