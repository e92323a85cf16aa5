import { startFauxqs } from "fauxqs";
import { type AwsClientConfig, startAwsSimulator } from "../../src/simulator/index.ts";

/** A broker of SNS and SQS for one test. */
export interface TestBroker extends AsyncDisposable {
  readonly config: AwsClientConfig;
}

export type BrokerName = "the simulator" | "fauxqs";

/** Our own, and one that others wrote, which has no clock to move: what works on both rests on no secret of ours. */
export const brokers: readonly { readonly name: BrokerName; readonly start: () => Promise<TestBroker> }[] = [
  { name: "the simulator", start: () => startAwsSimulator() },
  { name: "fauxqs", start: startOther },
];

async function startOther(): Promise<TestBroker> {
  const server = await startFauxqs({ port: 0, logger: false });
  const config = {
    endpoint: `http://127.0.0.1:${server.port}`,
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test", sessionToken: "test" },
  };
  return { config, [Symbol.asyncDispose]: () => server.stop() };
}
