import { startAwsSimulator } from "wakeful/aws-simulator";
import { wakefulTest } from "wakeful/vitest";
import { customersApi } from "./customers-api.ts";
import { recordMargin } from "./margins.ts";
import { customersChannels, startCustomers } from "./service.ts";

export const test = wakefulTest({
  sla: "3s",
  startWithin: "60s",
  onVerdict: recordMargin,
  async start({ use }) {
    const simulator = await use(startAwsSimulator());
    const app = await use(startCustomers(simulator));
    return { simulator, app, channels: customersChannels(simulator) };
  },
}).extend("api", ({ env, scope }) => customersApi(env.app.url, { headers: scope.headers }));
