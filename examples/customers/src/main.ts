import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { Customers } from "./customers.ts";
import { createServer } from "./http.ts";
import { log } from "./log.ts";
import { OrderConsumer } from "./orders.ts";
import { Publisher } from "./publisher.ts";
import { setUp } from "./setup.ts";

const config = readConfigOrExit();
const { apiToken, faults, ...shown } = config;
log("starting", { ...shown, authenticated: apiToken !== undefined, faults: [...faults] });

const aws = { sns: new SNS({}), sqs: new SQS({}), dynamodb: new DynamoDB({}) };
const resources = await setUp(config, aws);
const customers = new Customers(DynamoDBDocument.from(aws.dynamodb), config.table);
const publisher = new Publisher({ sns: aws.sns, topicArn: resources.createdTopicArn, config, customers });
const orders = new OrderConsumer({
  sqs: aws.sqs,
  queueUrl: resources.orderQueueUrl,
  deadLetterQueueUrl: resources.deadLetterQueueUrl,
  config,
  customers,
});
const server = createServer({ config, customers, publisher, ready: () => orders.running });

async function stop(signal: string): Promise<void> {
  log("stopping", { signal });
  await Promise.all([orders.stop(), server.close()]);
  if (faults.has("outbox")) await publisher.relay();
  log("stopped");
  process.exit(0);
}

if (faults.has("outbox")) await publisher.relay();
await server.listen({ host: config.host, port: config.port });
orders.start();
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => void stop(signal));
}
log("ready", { port: config.port });

function readConfigOrExit(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    log("not started", { error: error.message });
    process.exit(1);
  }
}
