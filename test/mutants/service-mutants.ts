import type { Mutant } from "./mutant.ts";

const suite = ["test/customers.test.ts"];
const variants = ["test/variants.test.ts"];
const service = (file: string) => `examples/customers/src/${file}`;

/** The customers service, broken as such services break. Its suite must turn red. */
export const serviceMutants: readonly Mutant[] = [
  {
    name: "no event",
    file: service("publisher.ts"),
    find: "    await this.#sns.publish({",
    replace: '    if (name !== "never") return;\n    await this.#sns.publish({',
    tests: suite,
  },
  {
    name: "the event twice",
    file: service("publisher.ts"),
    find: '    if (faults.has("publish-twice")) await this.#publish(event);',
    replace: "    await this.#publish(event);",
    tests: suite,
  },
  {
    name: "a wrong field in the event",
    file: service("publisher.ts"),
    find: "Message: JSON.stringify({ customer_id, name }),",
    replace: "Message: JSON.stringify({ customer_id, name: name.toUpperCase() }),",
    tests: suite,
  },
  {
    name: "a renamed field in the answer, so that the test's id is undefined",
    file: service("http.ts"),
    find: "    return { ...customer, orders: [] };",
    replace: "    return { customerId: customer.customer_id, name: customer.name, orders: [] };",
    tests: suite,
  },
  {
    name: "an order is not stored",
    file: service("orders.ts"),
    find: ": await this.#customers.addOrder(customer_id, order_id);",
    replace: ": (await this.#customers.get(customer_id)) !== undefined;",
    tests: suite,
  },
  {
    name: "no dead-letter queue",
    file: service("setup.ts"),
    find: "    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: config.maxReceives }),\n",
    replace: "",
    tests: suite,
  },
  {
    name: "the handler is not idempotent",
    file: service("orders.ts"),
    find: 'this.#config.faults.has("not-idempotent")',
    replace: "true",
    tests: suite,
  },
  {
    name: "the event is published 200 ms after the answer",
    file: service("publisher.ts"),
    find: 'if (faults.has("publish-late")) void',
    replace: "if (faults !== undefined) void",
    tests: suite,
  },
  {
    name: "invalid input is announced",
    file: service("http.ts"),
    find: 'if (config.faults.has("publish-invalid"))',
    replace: "if (config.faults !== undefined)",
    tests: suite,
  },
  {
    name: "orders are acknowledged before the work, and the service is killed",
    file: service("orders.ts"),
    find: 'if (this.#config.faults.has("acknowledge-first")) work.catch(() => undefined);',
    replace: "if (this.#config !== undefined) work.catch(() => undefined);",
    tests: variants,
  },
  {
    name: "an unreadable message vanishes",
    file: service("orders.ts"),
    find: "      await this.#refuse(message, order);\n",
    replace: "",
    tests: suite,
  },
  {
    name: "an unknown customer is no error",
    file: service("orders.ts"),
    find: "    if (!added) throw new Error(`unknown customer ${customer_id}`);\n",
    replace: "",
    tests: suite,
  },
  {
    name: "an unknown customer is found",
    file: service("http.ts"),
    find: 'return customer ?? (await reply.code(404).send({ error: "CUSTOMER_NOT_FOUND" }));',
    replace: "return customer ?? {};",
    tests: suite,
  },
  {
    name: "the outbox forgets over a restart",
    file: service("main.ts"),
    find: 'if (faults.has("outbox")) await publisher.relay();\nawait server.listen(',
    replace: "await server.listen(",
    tests: variants,
  },
  {
    name: "anybody may create customers",
    file: service("http.ts"),
    find: 'if (config.apiToken === undefined || request.url === "/health") return;',
    replace: "if (config !== undefined) return;",
    tests: variants,
  },
];
