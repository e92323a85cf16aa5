import type { AwsSimulator } from "../simulator/index.ts";
import { CommandFailed } from "./command-failed.ts";
import type { Config } from "./config.ts";

/** Creates what the configuration names, over HTTP as any client would. Throws `CommandFailed` with AWS's own words. */
export async function createResources(simulator: AwsSimulator, config: Config): Promise<void> {
  const { url, region } = simulator;
  const account = "000000000000";
  const queueArn = (name: string) => `arn:aws:sqs:${region}:${account}:${name}`;
  const topicArn = (name: string) => `arn:aws:sns:${region}:${account}:${name}`;

  // nothing checks it, but DynamoDB asks for its form
  const key = simulator.config.credentials.accessKeyId;
  const signed = {
    "x-amz-date": "20260101T000000Z",
    authorization: `AWS4-HMAC-SHA256 Credential=${key}/20260101/${region}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
  };
  const post = async (what: string, headers: Readonly<Record<string, string>>, body: string) => {
    const response = await fetch(url, { method: "POST", headers: { ...signed, ...headers }, body });
    if (response.ok) return;
    const text = await response.text();
    const message = /"message":"([^"]*)"/i.exec(text)?.[1] ?? /<Message>([^<]*)</.exec(text)?.[1] ?? text;
    throw new CommandFailed(`${what} could not be created: ${message}`);
  };
  const json = (what: string, target: string, input: unknown) =>
    post(what, { "content-type": "application/x-amz-json-1.0", "x-amz-target": target }, JSON.stringify(input));
  const form = (what: string, parameters: Readonly<Record<string, string>>) =>
    post(what, { "content-type": "application/x-www-form-urlencoded" }, new URLSearchParams(parameters).toString());

  // a queue's dead letters must have somewhere to go
  const targets = new Set(config.queues.flatMap(({ deadLetters }) => deadLetters?.queue ?? []));
  const ordered = config.queues.toSorted((a, b) => Number(targets.has(b.name)) - Number(targets.has(a.name)));
  for (const { name, attributes = {}, deadLetters } of ordered) {
    const redrive = deadLetters && {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: queueArn(deadLetters.queue),
        maxReceiveCount: deadLetters.maxReceives,
      }),
    };
    const fifo = name.endsWith(".fifo") && { FifoQueue: "true" };
    await json(`queue ${name}`, "AmazonSQS.CreateQueue", {
      QueueName: name,
      Attributes: { ...fifo, ...attributes, ...redrive },
    });
  }
  for (const name of config.topics) {
    const fifo = name.endsWith(".fifo") && {
      "Attributes.entry.1.key": "FifoTopic",
      "Attributes.entry.1.value": "true",
    };
    await form(`topic ${name}`, { Action: "CreateTopic", Version: "2010-03-31", Name: name, ...fifo });
  }
  for (const { topic, queue, attributes = {} } of config.subscriptions) {
    const pairs = Object.entries(attributes).flatMap(([key, value], index) => [
      [`Attributes.entry.${index + 1}.key`, key],
      [`Attributes.entry.${index + 1}.value`, value],
    ]);
    await form(`subscription of ${queue} to ${topic}`, {
      Action: "Subscribe",
      Version: "2010-03-31",
      TopicArn: topicArn(topic),
      Protocol: "sqs",
      Endpoint: queueArn(queue),
      ...(Object.fromEntries(pairs) as Record<string, string>),
    });
  }
  for (const table of config.tables) {
    await json(`table ${String(table["TableName"])}`, "DynamoDB_20120810.CreateTable", table);
  }
}
