import { createHarness, type Harness, type Scope } from "wakeful";
import { type AwsSimulator, startAwsSimulator } from "wakeful/aws-simulator";
import type { StartedProcess } from "wakeful/launch";
import { type CustomersApi, customersApi } from "./customers-api.ts";
import { recordMargin } from "./margins.ts";
import { customersChannels, startCustomers, type StartOptions } from "./service.ts";

type Channels = ReturnType<typeof customersChannels>;

export interface Variant {
  readonly simulator: AwsSimulator;
  readonly app: StartedProcess;
  readonly harness: Harness<Channels>;
  readonly scope: Scope<Channels>;
  readonly api: CustomersApi;
}

/** Runs the body with a simulator and a process of its own, and a harness without a runner. */
export async function withVariant(
  options: StartOptions & { sla?: number },
  body: (variant: Variant) => Promise<void>,
): Promise<void> {
  await using simulator = await startAwsSimulator();
  await using app = await startCustomers(simulator, options);
  await using harness = await createHarness({
    channels: customersChannels(simulator),
    systems: [app],
    onVerdict: recordMargin,
    // ten of these services start at once: how fast they are is not what is tried here
    sla: options.sla ?? 10_000,
  });
  await using scope = harness.scope(JSON.stringify(options));
  await scope.run(() =>
    body({ simulator, app, harness, scope, api: customersApi(app.url, { headers: scope.headers }) }),
  );
}
