import { z } from "zod";
import { allFaults, type Fault } from "./faults.ts";

const whole = (fallback: number, { from = 0, to = 2 ** 31 - 1 } = {}) =>
  z
    .string()
    .default(String(fallback))
    .refine(
      (text) => /^\d+$/.test(text) && Number(text) >= from && Number(text) <= to,
      `expected a whole number from ${from} to ${to}`,
    )
    .transform(Number);

const Environment = z.object({
  NODE_ENV: z.string().default("development"),
  HOST: z.string().default("127.0.0.1"),
  PORT: whole(8080, { to: 65_535 }),
  AWS_SNS_TOPIC_PREFIX: z.string().default(""),
  AWS_SQS_QUEUE_NAME_PREFIX: z.string().default(""),
  AWS_SQS_MAX_RECEIVE_COUNT: whole(3, { from: 1, to: 1_000 }),
  AWS_SQS_VISIBILITY_TIMEOUT: whole(30, { to: 43_200 }),
  DYNAMODB_TABLE_NAME: z.string().default("customers"),
  API_TOKEN: z.string().optional(),
  CUSTOMERS_FAULTS: z
    .string()
    .default("")
    .transform((text) => text.split(",").filter((name) => name !== ""))
    .pipe(z.array(z.enum(allFaults, `expected any of ${allFaults.join(", ")}`))),
  CUSTOMERS_HANDLER_DELAY_MS: whole(0),
  CUSTOMERS_FAIL_FIRST_ORDERS: whole(0),
});

/** The service's configuration, from its environment. AWS endpoints, region and credentials are the SDK's own matter. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly createdTopic: string;
  readonly orderTopic: string;
  readonly orderQueue: string;
  readonly deadLetterQueue: string;
  readonly maxReceives: number;
  readonly visibilityTimeout: number;
  readonly table: string;
  readonly apiToken: string | undefined;
  readonly faults: ReadonlySet<Fault>;
  /** How long handling an order takes, for demonstrations, ms. */
  readonly handlerDelay: number;
  /** How many orders fail before one succeeds, for demonstrations. */
  readonly failFirstOrders: number;
}

/** What is wrong with the environment, in one line. */
export class ConfigError extends Error {}

export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const { data: values, error } = Environment.safeParse(environment);
  if (error !== undefined) {
    const problems = error.issues.map(({ path: [name = ""], message }) => [String(name), message] as const);
    throw new ConfigError(
      [...new Map(problems)].map(([name, message]) => `${name}=${environment[name]}: ${message}`).join("; "),
    );
  }
  if (values.NODE_ENV === "production" && values.AWS_SQS_VISIBILITY_TIMEOUT < 30) {
    throw new ConfigError(
      `AWS_SQS_VISIBILITY_TIMEOUT=${values.AWS_SQS_VISIBILITY_TIMEOUT}: expected at least 30 seconds in production`,
    );
  }
  const queue = `${values.AWS_SQS_QUEUE_NAME_PREFIX}customer--order-created`;
  return {
    host: values.HOST,
    port: values.PORT,
    createdTopic: `${values.AWS_SNS_TOPIC_PREFIX}customer--created`,
    orderTopic: `${values.AWS_SNS_TOPIC_PREFIX}order--created`,
    orderQueue: queue,
    deadLetterQueue: `${queue}--dlq`,
    maxReceives: values.AWS_SQS_MAX_RECEIVE_COUNT,
    visibilityTimeout: values.AWS_SQS_VISIBILITY_TIMEOUT,
    table: values.DYNAMODB_TABLE_NAME,
    apiToken: values.API_TOKEN,
    faults: new Set(values.CUSTOMERS_FAULTS),
    handlerDelay: values.CUSTOMERS_HANDLER_DELAY_MS,
    failFirstOrders: values.CUSTOMERS_FAIL_FIRST_ORDERS,
  };
}
