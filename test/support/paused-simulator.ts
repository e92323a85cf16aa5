import { onTestFinished } from "vitest";
import { type AwsSimulator, startAwsSimulator } from "../../src/simulator/index.ts";
import { QueueClient } from "./queue-client.ts";

/** A simulator whose time stands, and a client of it. Both end with the test. */
export async function pausedSimulator(): Promise<{ readonly simulator: AwsSimulator; readonly client: QueueClient }> {
  const simulator = await startAwsSimulator();
  simulator.pause();
  const client = new QueueClient(simulator.config);
  onTestFinished(async () => {
    client[Symbol.dispose]();
    await simulator.close();
  });
  return { simulator, client };
}
