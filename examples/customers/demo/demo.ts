/**
 * Plays the customers scenarios live, without a test runner: each with its timeline and the time it took, beside what a
 * fixed sleep or a 100 ms poll would have taken. Ends with a check that fails on purpose, to show what a failure says.
 */
import { randomUUID } from "node:crypto";
import { createHarness, type Scope, VerdictError } from "wakeful";
import { startAwsSimulator } from "wakeful/aws-simulator";
import { customersApi, type CustomersApi } from "../test/customers-api.ts";
import { customersChannels, startCustomers } from "../test/service.ts";

type Channels = ReturnType<typeof customersChannels>;

interface Stage {
  readonly scope: Scope<Channels>;
  readonly api: CustomersApi;
  readonly say: (text: string) => void;
}

interface Scenario {
  readonly title: string;
  /** Waits that a test without a harness would do by sleeping, in seconds of sleep each. */
  readonly sleeps: readonly number[];
  readonly play: (stage: Stage) => Promise<void>;
}

const bold = (text: string) => (process.stdout.isTTY ? `\u001b[1m${text}\u001b[0m` : text);
const print = (text = "") => process.stdout.write(`${text}\n`);
const milliseconds = (length: number) =>
  length < 1_000 ? `${Math.round(length)} ms` : `${(length / 1_000).toFixed(1)} s`;
const started = performance.now();

print(bold("Wakeful: the customers service, tested on the embedded simulator"));
const beforeSimulator = performance.now();
await using simulator = await startAwsSimulator();
print(
  `  simulator (SNS, SQS, DynamoDB) at ${simulator.url}, started in ${milliseconds(performance.now() - beforeSimulator)}`,
);
const beforeService = performance.now();
await using app = await startCustomers(simulator);
print(
  `  customers service, a process of its own (pid ${app.pid}), ready after ${milliseconds(performance.now() - beforeService)}`,
);
const harness = await createHarness({ channels: customersChannels(simulator), systems: [app], sla: "3s" });
print("  listeners armed on customer--created, order--created and the dead letters of orders");

const scenarios: readonly Scenario[] = [
  {
    title: "a new customer is announced, once",
    sleeps: [1, 1],
    async play({ api, scope, say }) {
      const { customer_id } = await api.createCustomer("John Doe");
      say("POST /customer answered 200");
      await scope.channels.customerCreated.exactly(1, { customer_id });
      say("one event came, and it is proved that no second one does");
    },
  },
  {
    title: "two orders are registered on their customer",
    sleeps: [1],
    async play({ api, scope, say }) {
      const { customer_id } = await api.createCustomer("John Doe");
      for (const order_id of ["order-1", "order-2"]) await scope.channels.orderCreated.send({ order_id, customer_id });
      say("two orders published");
      await scope.probeUntil(async () => (await api.getCustomer(customer_id)).orders.length, {
        until: (orders) => orders === 2,
      });
      say("GET /customer/:id shows both");
    },
  },
  {
    title: "an order of an unknown customer ends with the dead letters, after three visibility timeouts of 30 s",
    sleeps: [91],
    async play({ scope, say }) {
      const order = { order_id: randomUUID(), customer_id: randomUUID() };
      await scope.channels.orderCreated.send(order);
      const { steps, took } = await simulator.advance("90s");
      say(`90 s of virtual time in ${milliseconds(took)}, ${steps} steps`);
      const dead = await scope.channels.deadOrders.next(order);
      say(`the dead letter came, received ${dead.deliveries - 1} times before`);
    },
  },
  {
    title: "a duplicate order changes nothing",
    sleeps: [1],
    async play({ api, scope, say }) {
      const { customer_id } = await api.createCustomer("John Doe");
      const order = { order_id: randomUUID(), customer_id };
      await scope.channels.orderCreated.send(order);
      await scope.channels.orderCreated.send(order);
      await scope.settled();
      say("both are worked off: known, not slept for");
      const { orders } = await api.getCustomer(customer_id);
      if (orders.length !== 1) throw new Error(`${orders.length} orders`);
      say("one order on the customer");
    },
  },
  {
    title: "invalid input publishes nothing",
    sleeps: [1],
    async play({ api, scope, say }) {
      const { status } = await api.request("POST", "/customer", { name: "" });
      say(`POST /customer answered ${status}`);
      const { how, facts } = await scope.channels.customerCreated.none();
      say(`no event, ${how}: ${facts.join(", ")}`);
    },
  },
];

let [total, totalSleep, totalPoll] = [0, 0, 0];
for (const [index, { title, sleeps, play }] of scenarios.entries()) {
  print();
  print(bold(`${index + 1}. ${title}`));
  const scope = harness.scope(title);
  const began = performance.now();
  await play({ scope, api: customersApi(app.url, { headers: scope.headers }), say: (text) => print(`   ✓ ${text}`) });
  const took = performance.now() - began;
  print(scope.timeline());
  await scope.close();
  const slept = sleeps.reduce((sum, seconds) => sum + seconds * 1_000, 0);
  // each wait of a poll ends, on average, half an interval late; time that must pass, passes
  const polled = took + sleeps.reduce((sum, seconds) => sum + 50 + (seconds > 1 ? seconds * 1_000 : 0), 0);
  total += took;
  totalSleep += slept;
  totalPoll += polled;
  print(
    `   took ${milliseconds(took)}; with fixed sleeps ${milliseconds(slept)}, with a 100 ms poll about ${milliseconds(polled)}`,
  );
}
print();
print(
  bold(
    `All scenarios: ${milliseconds(total)}. With fixed sleeps ${milliseconds(totalSleep)}, with a 100 ms poll about ${milliseconds(totalPoll)}.`,
  ),
);

print();
print(bold("Last, a check that fails on purpose: the test expects a name that the service does not announce."));
print();
const scope = harness.scope("a failure, on purpose");
try {
  const { customer_id } = await customersApi(app.url, { headers: scope.headers }).createCustomer("John Doe");
  await scope.channels.customerCreated.next({ customer_id, name: "Jane Doe" }, { within: "300ms" });
  throw new Error("this check should have failed");
} catch (error) {
  if (!(error instanceof VerdictError)) throw error;
  print(error.message.replace(/^/gm, "  "));
}
await scope.close({ failed: true });
await harness.close();
print();
print(`Done in ${milliseconds(performance.now() - started)}. That last failure was meant; read on in README.md.`);
