import { startAwsSimulator } from "wakeful/aws-simulator";
import { wakefulTest } from "wakeful/vitest";
import { customersApi } from "./customers-api.ts";
import { recordMargin } from "./margins.ts";
import { customersChannels, startCustomers } from "./service.ts";

const apiToken = "of-these-tests";

export const test = wakefulTest({
  sla: "3s",
  startWithin: "60s",
  onVerdict: recordMargin,
  async start({ use }) {
    const simulator = await use(startAwsSimulator());
    const app = await use(startCustomers(simulator, { env: { API_TOKEN: apiToken } }));
    return { simulator, app, channels: customersChannels(simulator) };
  },
})
  .extend("headers", ({ scope }) => ({ ...scope.headers, authorization: `Bearer ${apiToken}` }))
  .extend("api", ({ env, headers }) => customersApi(env.app.url, { headers }));
