import { randomUUID } from "node:crypto";
import { describe, expect } from "vitest";
import { Customers } from "../src/customers.ts";
import { customersApi } from "./customers-api.ts";
import { test } from "./harness.ts";
import { surroundingsOf } from "./surroundings.ts";
import { tableOf } from "./table.ts";

describe("creating customers", () => {
  test("a new customer is announced, once", async ({ api, channels: { customerCreated } }) => {
    const { customer_id } = await api.createCustomer("John Doe");
    const [event] = await customerCreated.exactly(1, { customer_id });
    expect(event?.payload).toEqual({ customer_id, name: "John Doe" });
  });

  test("POST /customer is answered with the customer, who is one row in the table and one event", async ({
    env,
    api,
    channels: { customerCreated },
  }) => {
    const { status, body } = await api.request("POST", "/customer", { name: "John Doe" });
    const { customer_id } = body as { customer_id: string };
    expect({ status, body }).toEqual({ status: 200, body: { customer_id, name: "John Doe", orders: [] } });
    await customerCreated.exactly(1, { customer_id, name: "John Doe" });
    expect(await tableOf(env.simulator).rows({ customer_id })).toEqual([
      { PK: `CUSTOMER#${customer_id}`, customer_id, name: "John Doe" },
    ]);
  });

  test("a second customer with the id of another is refused, and the first stays as it was", async ({ env, api }) => {
    const { customer_id } = await api.createCustomer("First");
    const { db, name: table } = tableOf(env.simulator);
    const adding = new Customers(db, table).add({ customer_id, name: "Second" });
    await expect(adding).rejects.toMatchObject({ name: "ConditionalCheckFailedException" });
    expect((await api.getCustomer(customer_id)).name).toBe("First");
  });

  test("a customer who was created can be read", async ({ api }) => {
    const created = await api.createCustomer("Jane Doe");
    expect(created).toEqual({ customer_id: created.customer_id, name: "Jane Doe", orders: [] });
    expect(await api.getCustomer(created.customer_id)).toEqual(created);
  });

  test("a trailing slash makes no difference", async ({ api, channels: { customerCreated } }) => {
    const { status, body } = await api.request("POST", "/customer/", { name: "Slash" });
    expect(status).toBe(200);
    await customerCreated.next({ name: "Slash" });
    expect(await api.request("GET", `/customer/${(body as { customer_id: string }).customer_id}/`)).toEqual({
      status: 200,
      body,
    });
  });

  test("an unknown customer is not found", async ({ api }) => {
    expect(await api.request("GET", `/customer/${randomUUID()}`)).toEqual({
      status: 404,
      body: { error: "CUSTOMER_NOT_FOUND" },
    });
  });

  test.for([{}, { name: "" }, { name: 7 }])(
    "invalid input %j is refused and publishes nothing",
    async (input, { api, channels: { customerCreated } }) => {
      expect((await api.request("POST", "/customer", input)).status).toBe(400);
      expect(await customerCreated.none()).toMatchObject({ how: "proved" });
    },
  );

  test("a request without the token is refused, and publishes nothing", async ({
    env,
    scope,
    channels: { customerCreated },
  }) => {
    const intruder = customersApi(env.app.url, { headers: scope.headers });
    expect(await intruder.request("POST", "/customer", { name: "Intruder" })).toEqual({
      status: 401,
      body: { error: "UNAUTHORIZED" },
    });
    expect(await customerCreated.none()).toMatchObject({ how: "proved" });
  });

  test.for([
    { what: "no JSON", type: "application/json", body: "{ no JSON", status: 400, error: "BAD_REQUEST" },
    { what: "an empty body", type: "application/json", body: "", status: 400, error: "BAD_REQUEST" },
    { what: "a form", type: "text/html", body: "<form>", status: 415, error: "UNSUPPORTED_MEDIA_TYPE" },
    { what: "2 MB", type: "application/json", body: "7".repeat(2e6), status: 413, error: "PAYLOAD_TOO_LARGE" },
  ])(
    "$what is refused by a name, like other invalid input",
    async ({ type, body, status, error }, { env, headers, channels: { customerCreated } }) => {
      const answer = await fetch(`${env.app.url}/customer`, {
        method: "POST",
        headers: { ...headers, "content-type": type },
        body,
      });
      expect({ status: answer.status, body: await answer.json() }).toEqual({ status, body: { error } });
      expect(await customerCreated.none()).toMatchObject({ how: "proved" });
    },
  );
});

describe("orders", () => {
  test("two orders are registered on their customer", async ({ api, channels: { orderCreated }, probeUntil }) => {
    const { customer_id } = await api.createCustomer("John Doe");
    const orderIds = [randomUUID(), randomUUID()];
    for (const order_id of orderIds) await orderCreated.send({ order_id, customer_id });
    await probeUntil(async () => {
      const { orders } = await api.getCustomer(customer_id);
      expect(orders).toHaveLength(2);
      expect(orders).toEqual(expect.arrayContaining(orderIds.map((order_id) => ({ order_id }))));
    });
  });

  test("an order of an unknown customer is dead-lettered, after three visibility timeouts", async ({
    env,
    channels: { orderCreated, deadOrders },
    scope,
  }) => {
    const order = { order_id: randomUUID(), customer_id: randomUUID() };
    const sent = await orderCreated.send(order);
    await env.simulator.advance("90s");
    const dead = await deadOrders.next(order);
    expect(dead.payload).toEqual(order);
    // the reason is in the log, once for each try, by the trace that the dead letter bears
    const trace = String(dead.attributes["traceparent"]);
    expect(trace).toContain(scope.traceId);
    const reason = `"order failed".*unknown customer ${order.customer_id}.*"traceparent":"${trace}"`;
    expect(env.app.log.count(new RegExp(reason))).toBe(3);
    // nobody but the service read the queue
    expect(lifeOn("customer--order-created", env.simulator.history(sent.id))).toEqual([
      "accepted",
      ...["delivered", "returned"],
      ...["delivered", "returned"],
      ...["delivered", "returned"],
      "dead-lettered",
    ]);
    expect(env.app.log.count(`"order received","order_id":"${order.order_id}"`)).toBe(3);
  });

  test("what may get better is tried again; what is no order is a dead letter at once, with payload and reason", async ({
    env,
    channels: { orders, deadOrders },
    probeUntil,
  }) => {
    const { simulator } = env;
    const order = { order_id: randomUUID(), customer_id: randomUUID() };
    const noOrder = { order: order.order_id };
    const [retried, refused] = [await orders.send(order), await orders.sendRaw(JSON.stringify(noOrder))];
    const dead = await deadOrders.next(noOrder);
    expect(dead.payload).toEqual(noOrder);
    expect(dead.attributes["reason"]).toMatch(/^order_id: .*; customer_id: /);
    await probeUntil(() => {
      const refusedLife = lifeOn("customer--order-created", simulator.history(refused.id));
      expect(refusedLife).toEqual(["accepted", "delivered", "deleted"]);
    });
    expect(lifeOn("customer--order-created", simulator.history(retried.id))).toEqual(["accepted", "delivered"]);
    await simulator.advance("90s");
    const { payload, attributes } = await deadOrders.next({ order_id: order.order_id });
    expect(payload).toEqual(order);
    expect(attributes).not.toHaveProperty("reason");
    expect(env.app.log.count(`"order received","order_id":"${order.order_id}"`)).toBe(3);
  });

  test("an order that is sent again, as a new message, changes nothing", async ({
    env,
    api,
    channels: { orderCreated, orders },
    scope,
  }) => {
    const { customer_id } = await api.createCustomer("John Doe");
    const order = { order_id: randomUUID(), customer_id };
    const sent = [await orderCreated.send(order), await orderCreated.send(order), await orders.send(order)];
    expect(new Set(sent.map(({ id }) => id)).size).toBe(3);
    await scope.settled();
    expect((await api.getCustomer(customer_id)).orders).toEqual([{ order_id: order.order_id }]);
    expect(env.app.log.count(`"order registered","order_id":"${order.order_id}"`)).toBe(3);
  });

  test("a poison message does not hurt its neighbours, and ends with the dead letters", async ({
    env,
    api,
    channels: { orders, deadOrders },
    scope,
  }) => {
    const { customer_id } = await api.createCustomer("John Doe");
    const good = [randomUUID(), randomUUID()];
    await Promise.all([
      orders.send({ order_id: good[0] as string, customer_id }),
      orders.sendRaw("{ this is not JSON"),
      orders.send({ order_id: good[1] as string, customer_id }),
    ]);
    await scope.probeUntil(async () => {
      const { orders: registered } = await api.getCustomer(customer_id);
      expect(registered.map(({ order_id }) => order_id).sort()).toEqual([...good].sort());
    });
    await scope.settled();
    expect(env.simulator.inspect("customer--order-created")).toMatchObject({ ready: 0, inFlight: 0 });
    await expect(deadOrders.next({ order_id: good[0] }, { within: "50ms" })).rejects.toMatchObject({
      code: "COULD_NOT_DECODE",
    });
    expect(deadOrders.refused()).toMatchObject([{ body: "{ this is not JSON" }]);
  });
});

describe("the service itself", () => {
  test("runs alone: what the suite declares as its inputs and outputs is all that there is around it", async ({
    env,
    channels,
  }) => {
    expect(await surroundingsOf(env.simulator)).toEqual({
      topics: ["customer--created", "order--created"],
      queues: ["customer--order-created", "customer--order-created--dlq"],
      subscriptions: ["order--created > customer--order-created"],
    });
    expect(Object.keys(channels).sort()).toEqual(["customerCreated", "deadOrders", "orderCreated", "orders"]);
    expect(env.simulator.inspect("customer--order-created").polls).toBe(1);
  });

  test("logs what it does, with the trace of the test", async ({ env, api, scope }) => {
    const since = new Date();
    const { customer_id } = await api.createCustomer("Logged");
    await scope.settled();
    expect(env.app.log.count(customer_id, { since })).toBe(1);
    expect(env.app.log.contains(scope.traceId, { since })).toBe(true);
    expect(env.app.log.contains("failed", { since })).toBe(false);
  });
});

/** What happened on one queue to what one send made. */
function lifeOn(queue: string, history: readonly { what: string; queue?: string }[]): string[] {
  return history.filter((activity) => activity.queue === queue).map(({ what }) => what);
}

test("a dead letter that is sent back without a repair is given up again, which the test must expect", async ({
  env: { simulator, app },
  scope,
  channels: { orderCreated, deadOrders },
}) => {
  const order = { order_id: randomUUID(), customer_id: randomUUID() };
  await orderCreated.send(order);
  await simulator.advance("90s");
  const first = await deadOrders.next(order);
  const [back] = await deadOrders.redrive(order);
  await simulator.advance("90s");
  const second = await deadOrders.next(order);
  expect([second.id, second.id === first.id]).toEqual([back?.id, false]);
  expect(app.log.count(new RegExp(`"order failed".*${scope.traceId}`))).toBe(6);
});
