import { fileURLToPath } from "node:url";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import type { AwsSimulator } from "wakeful/aws-simulator";
import { type StartedProcess, startProcess } from "wakeful/launch";
import { snsSqs } from "wakeful/sns-sqs";
import { CustomerCreated, OrderCreated } from "./events.ts";

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly finishesBeforeReply?: boolean;
  /** A directory for Node's raw coverage. */
  readonly coverage?: string;
}

const compileCache = fileURLToPath(new URL("../../../node_modules/.cache/customers", import.meta.url));

/** Starts the service as a process of its own, configured by its environment alone. */
export function startCustomers(simulator: AwsSimulator, options: StartOptions = {}): Promise<StartedProcess> {
  return startProcess({
    name: "customers",
    command: ["node", "src/main.ts"],
    cwd: new URL("..", import.meta.url).pathname,
    env: {
      // tests start the service often: Node need not compile the same code again each time
      NODE_COMPILE_CACHE: compileCache,
      ...simulator.env,
      ...options.env,
    },
    ready: { http: "/health" },
    finishesBeforeReply: options.finishesBeforeReply ?? true,
    ...(options.coverage !== undefined && { coverage: options.coverage }),
  });
}

/** The channels around the service: what goes in, what comes out, what it gives up on. */
export function customersChannels(simulator: AwsSimulator) {
  const aws = snsSqs({ sns: new SNS(simulator.config), sqs: new SQS(simulator.config), accounting: simulator });
  return {
    customerCreated: aws.topic("customer--created", { schema: CustomerCreated }),
    orderCreated: aws.topic("order--created", { schema: OrderCreated }),
    orders: aws.queue("customer--order-created", { schema: OrderCreated }),
    deadOrders: aws.deadLetters("customer--order-created--dlq"),
  };
}
