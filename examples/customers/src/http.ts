import { randomUUID, timingSafeEqual, createHash } from "node:crypto";
import Fastify, { type FastifyInstance } from "fastify";
import { z } from "zod";
import type { Config } from "./config.ts";
import type { Customers } from "./customers.ts";
import type { Publisher } from "./publisher.ts";

const NewCustomer = z.object({ name: z.string().trim().min(1).max(200) });

/** The HTTP side: customers are created and read. */
export function createServer(options: {
  config: Config;
  customers: Customers;
  publisher: Publisher;
  ready: () => boolean;
}): FastifyInstance {
  const { config, customers, publisher, ready } = options;
  const server = Fastify({ routerOptions: { ignoreTrailingSlash: true }, forceCloseConnections: true });

  server.addHook("onRequest", async (request, reply) => {
    if (config.apiToken === undefined || request.url === "/health") return;
    const digest = (text: string) => createHash("sha256").update(text).digest();
    const given = request.headers.authorization ?? "";
    if (!timingSafeEqual(digest(given), digest(`Bearer ${config.apiToken}`))) {
      await reply.code(401).send({ error: "UNAUTHORIZED" });
    }
  });

  server.get("/health", async (_request, reply) => {
    return await reply.code(ready() ? 200 : 503).send({ ready: ready() });
  });

  server.post("/customer", async (request, reply) => {
    const input = NewCustomer.safeParse(request.body);
    const traceparent = [request.headers["traceparent"]].flat()[0];
    const trace = traceparent === undefined ? {} : { traceparent };
    if (!input.success) {
      if (config.faults.has("publish-invalid"))
        await publisher.announce({ customer_id: randomUUID(), name: "", ...trace });
      return await reply.code(400).send({ error: "INVALID_CUSTOMER" });
    }
    const customer = { customer_id: randomUUID(), name: input.data.name };
    const event = { ...customer, ...trace };
    if (config.faults.has("outbox")) {
      await customers.add(customer, event);
      if (config.faults.has("crash-before-publish")) process.exit(1);
      // published after the answer, and again after a restart if need be
      setImmediate(() => void publisher.relay());
    } else {
      await customers.add(customer);
      if (config.faults.has("crash-before-publish")) process.exit(1);
      await publisher.announce(event);
    }
    return { ...customer, orders: [] };
  });

  server.get<{ Params: { id: string } }>("/customer/:id", async (request, reply) => {
    const customer = await customers.get(request.params.id);
    return customer ?? (await reply.code(404).send({ error: "CUSTOMER_NOT_FOUND" }));
  });

  return server;
}
