/**
 * Cases against the real customers service: an order is published, and must then be on its customer. A hundred by an
 * immediate look (flaky); sixty by a sleep of one second (slow), by a 100 ms poll, and by Wakeful.
 */
import { test } from "vitest";
import { createHarness, type Scope } from "wakeful";
import { startAwsSimulator } from "wakeful/aws-simulator";
import { customersApi } from "../examples/customers/test/customers-api.ts";
import { customersChannels, startCustomers } from "../examples/customers/test/service.ts";
import { writeResult } from "./support/results.ts";

/** The fixed sleep and the poll that are measured beside Wakeful. */
const sleep = (length: number) => new Promise((resolve) => setTimeout(resolve, length));

test("cases of the customers service", { timeout: 300_000 }, async () => {
  await using simulator = await startAwsSimulator();
  await using app = await startCustomers(simulator);
  await using harness = await createHarness({ channels: customersChannels(simulator), systems: [app] });

  type Check = (
    isThere: () => Promise<boolean>,
    scope: Scope<ReturnType<typeof customersChannels>>,
  ) => Promise<boolean>;
  async function play(cases: number, check: Check): Promise<{ seconds: number; missed: number }> {
    let missed = 0;
    const before = performance.now();
    for (let index = 0; index < cases; index++) {
      await using scope = harness.scope(`case ${index}`);
      const api = customersApi(app.url, { headers: scope.headers });
      const { customer_id } = await api.createCustomer("John Doe");
      await scope.channels.orderCreated.send({ order_id: "1", customer_id });
      const isThere = async () => (await api.getCustomer(customer_id)).orders.length === 1;
      if (!(await check(isThere, scope))) missed++;
      await scope.settled();
    }
    return { seconds: (performance.now() - before) / 1_000, missed };
  }

  // the look is a request over HTTP: sometimes the order was registered meanwhile, often not
  const immediate = await play(100, (isThere) => isThere());
  const waited = await play(60, async (isThere, { probeUntil }) => probeUntil(isThere, { until: Boolean }));
  const polled = await play(60, async (isThere) => {
    while (!(await isThere())) await sleep(100);
    return true;
  });
  const slept = await play(60, async (isThere) => {
    await sleep(1_000);
    return isThere();
  });
  if (waited.missed + polled.missed + slept.missed > 0) throw new Error("a case was missed that should not have been");
  writeResult({
    benchmark: "customers",
    figures: [
      {
        name: "a hundred cases, customers service: an immediate look misses",
        value: immediate.missed,
        unit: "of 100",
        // no demonstration if it never did
        atLeast: 1,
      },
      { name: "sixty cases, customers service: with sleeps of 1 s", value: slept.seconds, unit: "s" },
      { name: "sixty cases, customers service: with a 100 ms poll", value: polled.seconds, unit: "s" },
      { name: "sixty cases, customers service: with Wakeful", value: waited.seconds, unit: "s" },
    ],
  });
});
