/** Faulty and unusual variants of the service, each with a simulator and a process of its own: the harness without a runner. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { Agent, type IncomingMessage, request as httpRequest } from "node:http";
import { describe, expect, test } from "vitest";
import { createHarness, type Harness, type Scope } from "wakeful";
import { type AwsSimulator, startAwsSimulator } from "wakeful/aws-simulator";
import type { StartedProcess } from "wakeful/launch";
import { type CustomersApi, customersApi } from "./customers-api.ts";
import { recordMargin } from "./margins.ts";
import { customersChannels, startCustomers } from "./service.ts";

type Channels = ReturnType<typeof customersChannels>;

interface Variant {
  readonly simulator: AwsSimulator;
  readonly app: StartedProcess;
  readonly harness: Harness<Channels>;
  readonly scope: Scope<Channels>;
  readonly api: CustomersApi;
}

async function withVariant(
  options: Parameters<typeof startCustomers>[1] & { sla?: number },
  body: (variant: Variant) => Promise<void>,
): Promise<void> {
  await using simulator = await startAwsSimulator();
  await using app = await startCustomers(simulator, options);
  await using harness = await createHarness({
    channels: customersChannels(simulator),
    systems: [app],
    onVerdict: recordMargin,
    sla: options.sla ?? 3_000,
  });
  await using scope = harness.scope(JSON.stringify(options));
  await scope.run(() =>
    body({ simulator, app, harness, scope, api: customersApi(app.url, { headers: scope.headers }) }),
  );
}

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
  test("a consumer that is not idempotent is found by a duplicate, the same message or a new one", async () => {
    await withVariant({ env: { CUSTOMERS_FAULTS: "not-idempotent" } }, async ({ scope, api }) => {
      const { customer_id } = await api.createCustomer("John Doe");
      const order = { order_id: randomUUID(), customer_id };
      await scope.channels.orderCreated.send(order);
      await scope.channels.orderCreated.send(order);
      await scope.settled();
      expect((await api.getCustomer(customer_id)).orders).toHaveLength(2);
    });
  });

  test("retries that succeed in the end leave no dead letter", async () => {
    await withVariant({ env: { CUSTOMERS_FAIL_FIRST_ORDERS: "2" } }, async ({ simulator, app, scope, api }) => {
      const { customer_id } = await api.createCustomer("John Doe");
      const order_id = randomUUID();
      await scope.channels.orderCreated.send({ order_id, customer_id });
      await simulator.advance("60s");
      await scope.settled();
      expect((await api.getCustomer(customer_id)).orders).toEqual([{ order_id }]);
      expect(app.log.count("order failed")).toBe(2);
      expect(await scope.channels.deadOrders.none()).toMatchObject({ how: "proved" });
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

  test("a crash between storing and publishing loses the event", async () => {
    await withVariant({ env: { CUSTOMERS_FAULTS: "crash-before-publish" } }, async ({ app, scope, api }) => {
      const announced = scope.channels.customerCreated.next();
      await expect(api.createCustomer("Lost")).rejects.toThrow();
      await expect(announced).rejects.toMatchObject({ code: "SYSTEM_EXITED" });
      expect(await app.exited).toMatchObject({ code: 1, expected: false });
    });
  });

  test("the outbox keeps the event over that crash, and publishes it after the restart", async () => {
    await withVariant(
      { env: { CUSTOMERS_FAULTS: "outbox,crash-before-publish" }, finishesBeforeReply: false },
      async ({ app, scope, api }) => {
        await expect(api.createCustomer("Kept")).rejects.toThrow();
        await app.exited;
        expect(scope.channels.customerCreated.seen()).toEqual([]);
        await app.restart();
        await scope.channels.customerCreated.next({ name: "Kept" });
      },
    );
  });

  test("a request without the token is refused, and publishes nothing", async () => {
    await withVariant({ env: { API_TOKEN: "s3cret" } }, async ({ scope, api }) => {
      expect(await api.request("POST", "/customer", { name: "Intruder" })).toEqual({
        status: 401,
        body: { error: "UNAUTHORIZED" },
      });
      expect(await scope.channels.customerCreated.none()).toMatchObject({ how: "proved" });
    });
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

  test("the queue's attributes follow the environment, also when it changed since they were made", async () => {
    await withVariant({}, async ({ simulator, app, scope }) => {
      await app.stop();
      await using second = await startCustomers(simulator, {
        env: { AWS_SQS_MAX_RECEIVE_COUNT: "1", AWS_SQS_VISIBILITY_TIMEOUT: "3" },
      });
      void second;
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

  test("a second instance starts beside the first", async () => {
    await withVariant({}, async ({ simulator, scope, api }) => {
      await using second = await startCustomers(simulator);
      const { customer_id } = await api.createCustomer("John Doe");
      expect((await customersApi(second.url, { headers: scope.headers }).getCustomer(customer_id)).name).toBe(
        "John Doe",
      );
    });
  });
});
