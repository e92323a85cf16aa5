import { afterAll, expect, test } from "vitest";
import { startAwsSimulator } from "../../src/simulator/index.ts";
import { Endpoint } from "./endpoint.ts";
import { refusedActions, withoutEffect } from "./out-of-scope.ts";

const simulator = await startAwsSimulator();
const aws = new Endpoint({ name: "the simulator", url: simulator.url });
afterAll(async () => {
  aws[Symbol.dispose]();
  await simulator.close();
});

test.each(withoutEffect)("$where: $attribute is taken and read back", async ({ where, attribute, value }) => {
  if (where === "queue") {
    const { url: QueueUrl } = await aws.queue({ [attribute]: value });
    const { Attributes } = await aws.sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["All"] });
    expect(Attributes).toMatchObject({ [attribute]: value });
  } else {
    const TopicArn = await aws.topic({ [attribute]: value });
    expect((await aws.sns.getTopicAttributes({ TopicArn })).Attributes).toMatchObject({ [attribute]: value });
  }
});

const actions = refusedActions.flatMap(({ service, actions: names }) => names.map((name) => ({ service, name })));

const versions = { SQS: "2012-11-05", SNS: "2010-03-31", STS: "2011-06-15" };

test.each(actions)("$service: $name says that it is not there", async ({ service, name }) => {
  const { status, body } =
    service === "DynamoDB" || service === "DynamoDBStreams"
      ? await aws.raw("{}", {
          "content-type": "application/x-amz-json-1.0",
          "x-amz-target": `${service}_20120810.${name}`,
        })
      : await aws.query({ Action: name, Version: versions[service] });
  expect(status).toBe(400);
  expect(body).toMatch(new RegExp(`his simulator has no (DynamoDB\\w*\\.)?${name}`));
});

test("a policy of a topic that is no JSON is refused", async () => {
  await expect(aws.topic({ Policy: "no JSON" })).rejects.toMatchObject({ name: "InvalidParameterException" });
});
