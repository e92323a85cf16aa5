import { aroundAll, type TestAPI, TestRunner, test as vitestTest } from "vitest";
import type { Channels, Scope } from "../../harness/index.ts";
import type { Probes } from "../../probe/index.ts";
import { Attempts } from "./attempts.ts";
import { Environment, type EnvironmentOptions, type StartedEnvironment } from "./environment.ts";
import { framesAbove } from "../../text/index.ts";
import { closeWithin } from "./start.ts";
import { workerState } from "./worker-state.ts";

/** The fixtures of a `wakefulTest`, beside Vitest's own. */
export interface WakefulFixtures<E extends StartedEnvironment> extends Probes {
  /** What `start()` returned. */
  readonly env: E;
  /** The environment's channels, as this test sees them. */
  readonly channels: Channels<E["channels"]>;
  /** This test's view of the harness. */
  readonly scope: Scope<E["channels"]>;
  /** Types only: tells Vitest which fixtures `test.beforeAll` and worker-scoped fixtures may use. */
  readonly $__worker?: { readonly env: E };
}

/**
 * Makes a Vitest `test` for the environment that `start` starts.
 *
 * The environment runs once per worker process. It is started before the first test, outside of any test's time: a start
 * that fails (`START_FAILED`), is too slow (`START_TIMED_OUT`) or returns no channels (`NO_CHANNELS`) fails the file and is
 * charged to no test. Each attempt at a test has a scope of its own. Add fixtures with Vitest's own `extend`.
 *
 * @example
 * export const test = wakefulTest({
 *   sla: "3s",
 *   async start({ use }) {
 *     const simulator = await use(startAwsSimulator());
 *     const aws = snsSqs({ sns: new SNS(simulator.config), sqs: new SQS(simulator.config), accounting: simulator });
 *     const app = await use(startProcess({ command: ["node", "src/main.ts"], env: simulator.env, ready: { http: "/health" } }));
 *     return { simulator, app, channels: { customerCreated: aws.topic("customer--created") } };
 *   },
 * }).extend("api", ({ env, scope }) => customersApi(env.app.url, { headers: scope.headers }));
 *
 * test("a new customer is announced", async ({ api, channels: { customerCreated } }) => {
 *   const { customer_id } = await api.createCustomer("John Doe");
 *   await customerCreated.next({ customer_id });
 * });
 */
export function wakefulTest<E extends StartedEnvironment>(options: EnvironmentOptions<E>): TestAPI<WakefulFixtures<E>> {
  const environment = new Environment(options, framesAbove(wakefulTest));
  const attempts = new Attempts(environment);
  const places = new WeakSet<object>();

  const test = vitestTest
    .extend("env", { scope: "worker", auto: true }, async ({}, { onCleanup }) => {
      // where files share modules, and Vitest's worker fixtures, they share the environment too
      if (workerState().sharesModules) {
        await environment.enter();
        onCleanup(() => environment.leave());
      }
      return environment.running.env;
    })
    .extend("scope", ({ task }) => attempts.scope(task))
    .extend("channels", ({ scope }) => scope.channels)
    .extend("probeUntil", ({ scope }) => scope.probeUntil)
    .extend("probeDuring", ({ scope }) => scope.probeDuring);

  /** Registers the hooks for the file, or the describe, that is being collected, unless they are there. */
  const register = () => {
    if (TestRunner.getCurrentTest() !== undefined) return;
    const collector = TestRunner.getCurrentSuite();
    for (let place = collector.suite; place !== undefined; place = place.suite) if (places.has(place)) return;
    if (places.has(collector.file)) return;
    places.add(collector.suite ?? collector.file);
    aroundAll(async (runTests) => {
      await environment.enter();
      try {
        await runTests();
      } finally {
        await environment.leave();
      }
    }, environment.startWithin + closeWithin);
    // not by aroundEach(): that would set up the user's automatic fixtures before there is a scope for them
    collector.on("aroundEach", attempts.around);
    // sets up the fixture, which keeps the environment for the next file, also where no test of this one uses it
    if (workerState().sharesModules) test.beforeAll(({ env }) => void env);
  };
  register();
  return registering(test as unknown as TestAPI<WakefulFixtures<E>>, register);
}

/**
 * Where files share modules, a harness file that was loaded for the first is not run again for the second: then only the
 * use of `test` shows that another file needs the hooks.
 */
function registering<Test extends object>(test: Test, register: () => void): Test {
  return new Proxy(test, {
    apply: (target, receiver, parameters) => {
      register();
      return Reflect.apply(target as unknown as (...parameters: unknown[]) => unknown, receiver, parameters);
    },
    get: (target, key) => {
      register();
      const value: unknown = Reflect.get(target, key);
      if (key !== "extend" && key !== "override" && key !== "scoped") return value;
      return (...parameters: unknown[]) =>
        registering(Reflect.apply(value as (...parameters: unknown[]) => object, target, parameters), register);
    },
  });
}
