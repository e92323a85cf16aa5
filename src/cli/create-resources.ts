import type { AwsSimulator } from "../simulator/index.ts";
import { WrongUse } from "./command-failed.ts";
import type { Config } from "./config.ts";

/** Creates what the configuration names, over HTTP like every client. Throws `WrongUse` with AWS's own words. */
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
    if (!response.ok) throw new WrongUse(`The ${what} could not be created: ${wordsOf(await response.text())}`);
  };
  const json = (what: string, target: string, input: unknown) =>
    post(what, { "content-type": "application/x-amz-json-1.0", "x-amz-target": target }, JSON.stringify(input));
  const form = (what: string, parameters: Readonly<Record<string, string>>) =>
    post(what, { "content-type": "application/x-www-form-urlencoded" }, new URLSearchParams(parameters).toString());

  // a queue's dead letters must have somewhere to go
  const targets = new Set(config.queues.flatMap(({ deadLetters }) => deadLetters?.queue ?? []));
  const ordered = config.queues.toSorted((a, b) => Number(targets.has(b.name)) - Number(targets.has(a.name)));
  for (const { name, attributes, deadLetters } of ordered) {
    const redrive = deadLetters && {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: queueArn(deadLetters.queue),
        maxReceiveCount: deadLetters.maxReceives,
      }),
    };
    const fifo = name.endsWith(".fifo") && { FifoQueue: "true" };
    const sources = config.subscriptions.filter(({ queue }) => queue === name).map(({ topic }) => topicArn(topic));
    const policy = sources.length > 0 && { Policy: policyFor(queueArn(name), sources) };
    await json(`queue ${name}`, "AmazonSQS.CreateQueue", {
      QueueName: name,
      Attributes: { ...fifo, ...policy, ...attributes, ...redrive },
    });
  }
  for (const { name, attributes } of config.topics) {
    const fifo = name.endsWith(".fifo") && { FifoTopic: "true" };
    await form(`topic ${name}`, {
      Action: "CreateTopic",
      Version: "2010-03-31",
      Name: name,
      ...numbered("Attributes.entry", { ...fifo, ...attributes }),
    });
  }
  for (const { topic, queue, attributes } of config.subscriptions) {
    await form(`subscription of ${queue} to ${topic}`, {
      Action: "Subscribe",
      Version: "2010-03-31",
      TopicArn: topicArn(topic),
      Protocol: "sqs",
      Endpoint: queueArn(queue),
      ...numbered("Attributes.entry", attributes),
    });
  }
  for (const table of config.tables) {
    const { TableName: name } = table;
    await json(typeof name === "string" ? `table ${name}` : "table", "DynamoDB_20120810.CreateTable", table);
  }
}

/** Lets the topics send to the queue, without which AWS would not deliver. */
function policyFor(queue: string, topics: readonly string[]): string {
  const statement = {
    Effect: "Allow",
    Principal: { Service: "sns.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: queue,
    Condition: { ArnEquals: { "aws:SourceArn": topics } },
  };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

/** Pairs as the query protocol has them. */
function numbered(prefix: string, attributes: Readonly<Record<string, string>>): Record<string, string> {
  const pairs = Object.entries(attributes).flatMap(([key, value], index) => [
    [`${prefix}.${index + 1}.key`, key],
    [`${prefix}.${index + 1}.value`, value],
  ]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

const characters: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

/** The message of an error in either protocol; the whole answer where there is none. */
function wordsOf(answer: string): string {
  const inXml = /<Message>([^<]*)</.exec(answer)?.[1];
  if (inXml !== undefined) {
    return inXml.replace(/&(?:#(\d+)|(\w+));/g, (whole, code?: string, name = "") =>
      code === undefined ? (characters[String(name)] ?? whole) : String.fromCodePoint(Number(code)),
    );
  }
  try {
    const { message, Message } = JSON.parse(answer) as { message?: string; Message?: string };
    return message ?? Message ?? answer;
  } catch {
    // an answer of no protocol says itself what is wrong
    return answer;
  }
}
