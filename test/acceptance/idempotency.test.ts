/**
 * A message that comes twice must have one outcome (52-54, 57). Both ways to check it, through real processes, on a system
 * that is idempotent and on one that is not; the latter must be found, also when its second outcome comes late.
 */
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Probes, VerdictError } from "wakeful";
import { withVariant } from "../../examples/customers/test/variant.ts";
import { withGreeter } from "./greeter.ts";

/** The red verdict that a check must end with. */
async function redOf(check: Promise<unknown>): Promise<VerdictError> {
  const error = await check.then(
    () => new Error("the check is green"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof VerdictError)) throw new Error("not a verdict", { cause: error });
  return error;
}

/** All is worked off and the state is read: a verdict on it. The time is only there so that a machine may stall in it. */
function exactlyOne(scope: Probes, outcomes: readonly unknown[]): Promise<unknown> {
  return scope.probeUntil(
    () => {
      expect(outcomes).toHaveLength(1);
    },
    { within: "500ms" },
  );
}

const systems = [
  { what: "idempotent", fault: {} },
  { what: "not idempotent", fault: { GREETER_FORGETS: "1" } },
] as const;
const paces = [
  { when: "at once", pace: {} },
  { when: "200 ms late", pace: { GREETER_DELAY_MS: "200" } },
] as const;
const cases = systems.flatMap((system) => paces.map((pace) => ({ ...system, ...pace })));

describe.concurrent("the outcome is an event", { timeout: 30_000 }, () => {
  test.for(cases)(
    "approach 1, two duplicates, then exactly one outcome; the system is $what, outcomes come $when",
    async ({ what, fault, pace }) => {
      await withGreeter(
        { ...fault, ...pace },
        async ({
          scope: {
            channels: { names, greetings },
          },
        }) => {
          await names.send({ name: "Ada" });
          await names.send({ name: "Ada" });
          const check = greetings.exactly(1);
          if (what === "idempotent") {
            expect((await check).map(({ payload }) => payload)).toEqual([{ text: "Hello, Ada!" }]);
            return;
          }
          const { code, message, facts } = await redOf(check);
          expect(code).toBe("WRONG_COUNT");
          expect(message).toContain("2 events came on greetings, 1 expected");
          // one more is told with the one that was right: both are listed
          const { unexpected } = (facts as { evidence: { unexpected: { id: string; payload: unknown }[] } }).evidence;
          expect(unexpected.map(({ payload }) => payload)).toEqual([{ text: "Hello, Ada!" }, { text: "Hello, Ada!" }]);
          expect(new Set(unexpected.map(({ id }) => id)).size).toBe(2);
          expect(message.match(/#\d+ \+\S+ m?s greetings \{"text":"Hello, Ada!"\}/g)).toHaveLength(2);
        },
      );
    },
  );

  test.for(cases)(
    "approach 2, one, its outcome, a duplicate, no outcome for 60 s of the simulator; the system is $what, outcomes come $when",
    async ({ what, fault, pace }) => {
      await withGreeter(
        { ...fault, ...pace },
        async ({
          simulator,
          scope: {
            channels: { names, greetings },
          },
        }) => {
          await names.send({ name: "Ada" });
          await greetings.next({ text: "Hello, Ada!" });
          await names.send({ name: "Ada" });
          expect(await simulator.advance("60s")).toMatchObject({ by: 60_000 });
          const check = greetings.none();
          if (what === "idempotent") expect(await check).toMatchObject({ how: "proved" });
          else expect(await redOf(check)).toMatchObject({ code: "UNEXPECTED_EVENT" });
        },
      );
    },
  );
});

const consumers = [
  { what: "idempotent", faults: "lose-acknowledgement" },
  { what: "not idempotent", faults: "lose-acknowledgement,not-idempotent" },
] as const;

describe.concurrent("the outcome is a state", { timeout: 30_000 }, () => {
  test.for(consumers)(
    "of a true redelivery, the same message a second time; the system is $what",
    async ({ what, faults }) => {
      await withVariant({ env: { CUSTOMERS_FAULTS: faults } }, async ({ simulator, app, scope, api }) => {
        const { customer_id } = await api.createCustomer("John Doe");
        const order_id = randomUUID();
        const { id } = await scope.channels.orderCreated.send({ order_id, customer_id });
        await scope.probeUntil(() => {
          expect(app.log.contains("the acknowledgement is lost")).toBe(true);
        });
        expect(simulator.expireVisibility("customer--order-created")).toBe(1);
        await scope.settled();
        const delivered = simulator
          .history(id)
          .filter((each) => each.what === "delivered" && each.queue === "customer--order-created");
        expect(delivered.map(({ receives }) => receives)).toEqual([1, 2]);
        expect(new Set(delivered.map(({ messageId }) => messageId)).size).toBe(1);

        const check = exactlyOne(scope, (await api.getCustomer(customer_id)).orders);
        if (what === "idempotent") await check;
        else expect((await redOf(check)).message).toContain("length of 1 but got 2");
      });
    },
  );

  test.for([
    { what: "idempotent", faults: "" },
    { what: "not idempotent", faults: "not-idempotent" },
  ] as const)(
    "of a duplicate with an id of its own, 200 ms after the first; the system is $what",
    async ({ what, faults }) => {
      const env = { CUSTOMERS_FAULTS: faults, CUSTOMERS_HANDLER_DELAY_MS: "200" };
      await withVariant({ env }, async ({ scope, api }) => {
        const { customer_id } = await api.createCustomer("John Doe");
        const order = { order_id: randomUUID(), customer_id };
        const [first, second] = [
          await scope.channels.orderCreated.send(order),
          await scope.channels.orderCreated.send(order),
        ];
        expect(first.id).not.toBe(second.id);
        await scope.settled();
        const check = exactlyOne(scope, (await api.getCustomer(customer_id)).orders);
        if (what === "idempotent") await check;
        else expect((await redOf(check)).message).toContain("length of 1 but got 2");
      });
    },
  );
});
