import { connect } from "node:net";
import { SQS } from "@aws-sdk/client-sqs";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../time/index.ts";
import { startAwsSimulator } from "../start-aws-simulator.ts";

const poll = (url: string) => JSON.stringify({ QueueUrl: url, WaitTimeSeconds: 20 });
const head =
  "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.0\r\nX-Amz-Target: AmazonSQS.ReceiveMessage\r\n";

test.for<[string, (body: string) => string]>([
  ["plain", (body) => `${head}Content-Length: ${body.length}\r\n\r\n${body}`],
  [
    "read by node:http",
    (body) => `${head}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  ],
])("20 long polls whose callers hang up as a message comes take none of them: %s", async ([, request]) => {
  const simulator = await startAwsSimulator();
  const sqs = new SQS(simulator.config);
  onTestFinished(async () => {
    sqs.destroy();
    await simulator.close();
  });
  for (let round = 1; round <= 20; round++) {
    const name = `queue-${round}`;
    const { QueueUrl = "" } = await sqs.createQueue({ QueueName: name });
    const socket = connect(simulator.port, "127.0.0.1", () => socket.write(request(poll(QueueUrl))));
    while (simulator.inspect(name).polls === 0) await systemClock.turn();
    socket.destroy();
    await sqs.sendMessage({ QueueUrl, MessageBody: "x" });
    while (simulator.inspect(name).polls > 0) await systemClock.turn();
    expect(simulator.inspect(name)).toMatchObject({ ready: 1, inFlight: 0 });
  }
});

test.for<[string, string]>([
  ["plain", "Content-Length: 0\r\n\r\n"],
  ["read by node:http", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
])("a request for a host of another name, or without the token, is refused: %s", async ([, rest]) => {
  const answerOf = async (token: string | undefined, lines: string) => {
    await using simulator = await startAwsSimulator(
      token === undefined ? {} : { token, allowRemote: true, host: "0.0.0.0" },
    );
    const socket = connect(simulator.port, "127.0.0.1");
    socket.write(
      `POST / HTTP/1.1\r\n${lines}Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: AmazonSQS.ListQueues\r\n${rest}`,
    );
    const [answer] = (await socket.setEncoding("utf8").take(1).toArray()) as string[];
    return answer?.split("\r\n", 1)[0];
  };
  const refused = "HTTP/1.1 403 Forbidden";
  const credential = (key: string) =>
    `Authorization: AWS4-HMAC-SHA256 Credential=${key}/20261121/x/sqs/aws4_request\r\n`;
  expect(await answerOf(undefined, "Host: localhost:1\r\n")).toBe("HTTP/1.1 200 OK");
  expect(await answerOf(undefined, "Host: example.com\r\n")).toBe(refused);
  expect(await answerOf("secret", `Host: example.com\r\n${credential("secret")}`)).toBe("HTTP/1.1 200 OK");
  expect(await answerOf("secret", `Host: localhost\r\n${credential("other")}`)).toBe(refused);
  expect(await answerOf("secret", "Host: localhost\r\n")).toBe(refused);
});
