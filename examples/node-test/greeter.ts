/**
 * The system, a process of its own: greets whoever is named on its queue, once. Names that are too long end in the dead
 * letters. `GREETER_FORGETS=1` is a mistake that tests must find: whoever is named again is greeted again.
 * `GREETER_DELAY_MS` is how long a greeting takes.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";

const sns = new SNS();
const sqs = new SQS();
const { TopicArn } = await sns.createTopic({ Name: "greetings" });
const { QueueUrl: deadLetters } = await sqs.createQueue({ QueueName: "names--dlq" });
const { Attributes } = await sqs.getQueueAttributes({ QueueUrl: deadLetters, AttributeNames: ["QueueArn"] });
const { QueueUrl } = await sqs.createQueue({
  QueueName: "names",
  Attributes: {
    VisibilityTimeout: "30",
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes?.["QueueArn"], maxReceiveCount: 3 }),
  },
});
const { GREETER_FORGETS, GREETER_DELAY_MS = "0" } = process.env;
const greeted = new Set<string>();
const stopping = new AbortController();
process.once("SIGTERM", () => {
  stopping.abort();
});
while (!stopping.signal.aborted) {
  try {
    await work();
  } catch (error) {
    if (!stopping.signal.aborted) console.error("will be tried again:", error);
  }
}

async function work(): Promise<void> {
  const { Messages = [] } = await sqs.receiveMessage(
    { QueueUrl, WaitTimeSeconds: 20, MessageAttributeNames: ["All"] },
    { abortSignal: stopping.signal },
  );
  for (const { Body = "", ReceiptHandle, MessageAttributes } of Messages) {
    const { name } = JSON.parse(Body) as { name: string };
    if (name.length > 20) throw new Error(`who is ${name}?`);
    if (!greeted.has(name)) {
      await sleep(Number(GREETER_DELAY_MS));
      // handing the attributes on keeps the trace, and with it the test that caused this
      await sns.publish({ TopicArn, Message: JSON.stringify({ text: `Hello, ${name}!` }), MessageAttributes });
    }
    if (GREETER_FORGETS === undefined) greeted.add(name);
    await sqs.deleteMessage({ QueueUrl, ReceiptHandle });
  }
}
