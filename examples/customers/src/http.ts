import { randomUUID, timingSafeEqual, createHash } from "node:crypto";
import { once } from "node:events";
import { STATUS_CODES } from "node:http";
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { z } from "zod";
import type { Config } from "./config.ts";
import type { Customers } from "./customers.ts";
import { log } from "./log.ts";
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
  const server = Fastify({
    routerOptions: { ignoreTrailingSlash: true },
    forceCloseConnections: true,
    frameworkErrors: answerError,
  });
  server.setErrorHandler(answerError);
  server.setNotFoundHandler(async (_request, reply) => await reply.code(404).send({ error: "NOT_FOUND" }));

  // connections are closed when the server closes, after the requests in hand were answered; new ones get 503
  const inHand = new Set<FastifyReply>();
  server.addHook("onRequest", async (_request, reply) => {
    inHand.add(reply);
    reply.raw.once("close", () => inHand.delete(reply));
  });
  server.addHook("preClose", async () => {
    await Promise.allSettled([...inHand].map((reply) => once(reply.raw, "close")));
  });

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
      log("event stored", event);
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

/** Every error has the same form: what is wrong with the request by its name, what is wrong with the service only in the log. */
function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const { statusCode = 500 } = error;
  if (statusCode >= 500) {
    const { method, url, headers } = request;
    log("request failed", { method, url, error: String(error), traceparent: headers["traceparent"] });
    void reply.code(500).send({ error: "INTERNAL_ERROR" });
  } else {
    const name = STATUS_CODES[statusCode] ?? "Bad Request";
    void reply.code(statusCode).send({ error: name.toUpperCase().replaceAll(/\W+/g, "_") });
  }
}
