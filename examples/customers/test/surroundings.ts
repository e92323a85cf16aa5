import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import type { AwsSimulator } from "wakeful/aws-simulator";

const own = /^wakeful-/;
const nameOf = (arnOrUrl: string) => arnOrUrl.split(/[:/]/).at(-1) ?? "";

/** All topics, queues and subscriptions on the broker, without those that the harness made to listen. */
export async function surroundingsOf(simulator: AwsSimulator) {
  const [sns, sqs] = [new SNS(simulator.config), new SQS(simulator.config)];
  const [{ Topics = [] }, { Subscriptions = [] }, { QueueUrls = [] }] = await Promise.all([
    sns.listTopics(),
    sns.listSubscriptions(),
    sqs.listQueues(),
  ]);
  return {
    topics: Topics.map(({ TopicArn = "" }) => nameOf(TopicArn)).sort(),
    queues: QueueUrls.map(nameOf)
      .filter((name) => !own.test(name))
      .sort(),
    subscriptions: Subscriptions.filter(({ Endpoint = "" }) => !own.test(nameOf(Endpoint)))
      .map(({ TopicArn = "", Endpoint = "" }) => `${nameOf(TopicArn)} > ${nameOf(Endpoint)}`)
      .sort(),
  };
}
