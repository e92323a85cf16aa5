/** Faulty and unusual variants of the service, each with a simulator and a process of its own: the harness without a runner. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { Agent, type IncomingMessage, request as httpRequest } from "node:http";
import { describe, expect, test } from "vitest";
import { SQS } from "@aws-sdk/client-sqs";
import { startAwsSimulator } from "wakeful/aws-simulator";
import { customersApi } from "./customers-api.ts";
import { startCustomers } from "./service.ts";
import { tableOf } from "./table.ts";
import { withVariant } from "./variant.ts";

/** A request that the service has in hand, and whose body is still to come. */
async function startUpload(url: string, headers: Readonly<Record<string, string>>) {
  const request = httpRequest(url, {
    method: "POST",
    agent: new Agent({ keepAlive: true }),
    headers: { ...headers, "content-type": "application/json", expect: "100-continue" },
  });
  const answered = once(request, "response") as Promise<[IncomingMessage]>;
  answered.catch(() => undefined);
  request.flushHeaders();
  await once(request, "continue");
  return {
    async finish(body: string): Promise<number | undefined> {
      request.end(body);
      const [response] = await answered;
      response.resume();
      return response.statusCode;
    },
  };
}

describe.concurrent("a variant of the service", () => {
  test("a consumer that is not idempotent is found by an order that is sent again", async () => {
    await withVariant({ env: { CUSTOMERS_FAULTS: "not-idempotent" } }, async ({ simulator, scope, api }) => {
      const { customer_id } = await api.createCustomer("John Doe");
      const order = { order_id: randomUUID(), customer_id };
      await scope.channels.orderCreated.send(order);
      await scope.channels.orderCreated.send(order);
      await scope.settled();
      expect((await api.getCustomer(customer_id)).orders).toHaveLength(2);

      // and by one that the broker delivers twice, which the failure names
      const { customer_id: other } = await api.createCustomer("Jane Doe");
      const order_id = randomUUID();
      const twice = simulator.faults.on("customer--order-created").duplicate({ nth: 1 });
      await scope.channels.orderCreated.send({ order_id, customer_id: other });
      await scope.settled();
      const registered = scope.probeUntil(
        async () => expect((await api.getCustomer(other)).orders).toEqual([{ order_id }]),
        { within: "100ms" },
      );
      await expect(registered).rejects.toThrow(
        /\n {2}faults +duplicate on queue customer--order-created, number 1: hit #/,
      );
      expect(twice.hits).toHaveLength(1);
      expect((await api.getCustomer(other)).orders).toHaveLength(2);
    });
  });

  test("retries that are in vain leave a dead letter; sent back, it is retried, worked on, and none is left", async () => {
    await withVariant({ env: { CUSTOMERS_FAIL_FIRST_ORDERS: "5" } }, async ({ simulator, app, scope, api }) => {
      const { orderCreated, deadOrders } = scope.channels;
      const { customer_id } = await api.createCustomer("John Doe");
      const order = { order_id: randomUUID(), customer_id };
      await orderCreated.send(order);
      await simulator.advance("90s");
      await deadOrders.next(order);
      expect((await api.getCustomer(customer_id)).orders).toEqual([]);
      await deadOrders.redrive(order);
      // two retries in vain, and one that succeeds
      await simulator.advance("60s");
      await scope.settled();
      expect((await api.getCustomer(customer_id)).orders).toEqual([{ order_id: order.order_id }]);
      expect(app.log.count("order failed")).toBe(5);
      expect(await deadOrders.none()).toMatchObject({ how: "proved" });
    });
  });

  test("an order that is in hand when the service is killed is worked on after its restart", async () => {
    await withVariant({ env: { CUSTOMERS_HANDLER_DELAY_MS: "60000" } }, async ({ simulator, app, scope, api }) => {
      const { customer_id } = await api.createCustomer("John Doe");
      const order_id = randomUUID();
      await scope.channels.orderCreated.send({ order_id, customer_id });
      await scope.probeUntil(() => {
        expect(app.log.contains("order received")).toBe(true);
      });
      await app.kill();
      await using second = await startCustomers(simulator);
      simulator.expireVisibility("customer--order-created");
      const after = customersApi(second.url, { headers: scope.headers });
      await scope.probeUntil(async () => {
        expect((await after.getCustomer(customer_id)).orders).toEqual([{ order_id }]);
      });
    });
  });

  test("a service that acknowledges first loses the order that it had in hand", async () => {
    await withVariant(
      { env: { CUSTOMERS_FAULTS: "acknowledge-first", CUSTOMERS_HANDLER_DELAY_MS: "60000" } },
      async ({ simulator, app, scope, api }) => {
        const { customer_id } = await api.createCustomer("John Doe");
        await scope.channels.orderCreated.send({ order_id: randomUUID(), customer_id });
        await scope.probeUntil(() => {
          expect(app.log.contains("order received")).toBe(true);
          expect(simulator.inspect("customer--order-created")).toMatchObject({ ready: 0, inFlight: 0 });
        });
        await app.kill();
        await using second = await startCustomers(simulator);
        const after = customersApi(second.url, { headers: scope.headers });
        expect((await after.getCustomer(customer_id)).orders).toEqual([]);
      },
    );
  });

  test("a crash between storing and publishing: the customer is stored, the event is lost for good", async () => {
    await withVariant({ env: { CUSTOMERS_FAULTS: "crash-before-publish" } }, async ({ simulator, app, scope, api }) => {
      const announced = scope.channels.customerCreated.next();
      await expect(api.createCustomer("Lost")).rejects.toThrow();
      await expect(announced).rejects.toMatchObject({ code: "SYSTEM_EXITED" });
      expect(await app.exited).toMatchObject({ code: 1, expected: false });
      expect(await tableOf(simulator).rows({ name: "Lost" })).toHaveLength(1);
      await app.restart();
      expect(await scope.channels.customerCreated.none()).toMatchObject({ how: "proved" });
    });
  });

  test("the outbox keeps the event over that crash: stored first, picked up after the restart, published then", async () => {
    await withVariant(
      { env: { CUSTOMERS_FAULTS: "outbox,crash-before-publish" }, finishesBeforeReply: false },
      async ({ simulator, app, scope, api }) => {
        const table = tableOf(simulator);
        await expect(api.createCustomer("Kept")).rejects.toThrow();
        await app.exited;
        expect(await table.rows({ name: "Kept" })).toMatchObject([{ outbox: { name: "Kept" } }]);
        expect(scope.channels.customerCreated.seen()).toEqual([]);
        await app.restart();
        await scope.channels.customerCreated.next({ name: "Kept" });
        await scope.probeUntil(async () => {
          expect((await table.rows({ name: "Kept" }))[0]).not.toHaveProperty("outbox");
        });
        const accepted = scope.timeline().indexOf('"event stored"');
        const processed = scope.timeline().indexOf('"stored event picked up"');
        const emitted = scope.timeline().indexOf("heard customerCreated");
        expect([-1, accepted, processed, emitted]).toEqual(
          [-1, accepted, processed, emitted].toSorted((a, b) => a - b),
        );
      },
    );
  });

  test("a visibility timeout below 30 s is refused in production, and the failed start shows the log", async () => {
    await using simulator = await startAwsSimulator();
    const starting = startCustomers(simulator, { env: { NODE_ENV: "production", AWS_SQS_VISIBILITY_TIMEOUT: "3" } });
    await expect(starting).rejects.toMatchObject({
      code: "SYSTEM_EXITED_AT_START",
      message: expect.stringContaining(
        '"error":"AWS_SQS_VISIBILITY_TIMEOUT=3: expected at least 30 seconds in production"}',
      ) as unknown,
    });
    await expect(starting).rejects.not.toThrow("main.ts:");
  });

  test("a second instance starts beside the first; the queue's attributes follow its environment, and both read it", async () => {
    await withVariant({}, async ({ simulator, app, scope, api }) => {
      const sqs = new SQS(simulator.config);
      const { QueueUrl } = await sqs.getQueueUrl({ QueueName: "customer--order-created" });
      const inForce = async () => {
        const { Attributes = {} } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["All"] });
        const { maxReceiveCount } = JSON.parse(Attributes["RedrivePolicy"] ?? "{}") as { maxReceiveCount?: number };
        return { visibilityTimeout: Number(Attributes["VisibilityTimeout"]), maxReceives: maxReceiveCount };
      };
      const printed = ({ log }: typeof app) =>
        JSON.parse(log.lines().find(({ text }) => text.includes('"starting"'))?.text ?? "{}") as unknown;
      const byDefault = { visibilityTimeout: 30, maxReceives: 3 };
      expect(await inForce()).toEqual(byDefault);
      expect(printed(app)).toMatchObject({ ...byDefault, orderQueue: "customer--order-created", table: "customers" });
      await using second = await startCustomers(simulator, {
        env: { AWS_SQS_MAX_RECEIVE_COUNT: "1", AWS_SQS_VISIBILITY_TIMEOUT: "3" },
      });
      expect(second.port).not.toBe(app.port);
      await scope.probeUntil(() => {
        expect(simulator.inspect("customer--order-created").polls).toBe(2);
      });
      const { customer_id } = await api.createCustomer("John Doe");
      const beside = customersApi(second.url, { headers: scope.headers });
      expect((await beside.getCustomer(customer_id)).name).toBe("John Doe");
      expect(await inForce()).toEqual({ visibilityTimeout: 3, maxReceives: 1 });
      expect(printed(second)).toMatchObject({ visibilityTimeout: 3, maxReceives: 1 });
      const order = { order_id: randomUUID(), customer_id: randomUUID() };
      await scope.channels.orderCreated.send(order);
      await simulator.advance("3s");
      expect((await scope.channels.deadOrders.next(order)).payload).toEqual(order);
    });
  });

  test("a stop finishes what is in hand: an order is acknowledged, a request answered and announced", async () => {
    await withVariant({ env: { CUSTOMERS_HANDLER_DELAY_MS: "200" } }, async ({ simulator, app, scope, api }) => {
      const { customer_id } = await api.createCustomer("John Doe");
      const upload = await startUpload(`${app.url}/customer`, scope.headers);
      await scope.channels.orderCreated.send({ order_id: randomUUID(), customer_id });
      await scope.probeUntil(() => {
        expect(app.log.contains("order received")).toBe(true);
      });
      const stopped = app.stop();
      await scope.probeUntil(() => {
        expect(app.log.contains("stopping")).toBe(true);
      });
      expect(await upload.finish('{"name":"Last"}')).toBe(200);
      await scope.channels.customerCreated.next({ name: "Last" });
      expect(await stopped).toMatchObject({ code: 0 });
      expect(app.log.count("order registered")).toBe(1);
      expect(simulator.inspect("customer--order-created")).toMatchObject({ ready: 0, inFlight: 0 });
      expect(app.log.contains("error")).toBe(false);
    });
  });
});
