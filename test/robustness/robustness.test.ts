/**
 * 20,000 requests, most with something wrong: each is answered well-formed and in time, and after every hundred the simulator
 * holds the very messages that a reference model holds.
 */
import { Agent, request as httpRequest } from "node:http";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsSimulator, startAwsSimulator } from "../../src/simulator/index.ts";
import { type MessageLine, ReferenceModel } from "./reference-model.ts";
import { type Known, mutated, validRequest, type WireRequest } from "./requests.ts";

const total = 20_000;
const together = 100;
const seed = Number(process.env["WAKEFUL_SEED"] ?? 20_261_121);
const patience = 5_000;

let simulator: AwsSimulator;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

beforeAll(async () => {
  simulator = await startAwsSimulator();
  // then states change by requests alone
  simulator.pause();
});
afterAll(async () => {
  agent.destroy();
  await simulator.close();
});

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly queryError: string | undefined;
  readonly body: string;
}

function ask({ method, path, action, contentType, body }: WireRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(
      {
        host: "127.0.0.1",
        port: simulator.port,
        method,
        path,
        agent,
        timeout: patience,
        headers: {
          "content-length": method === "GET" ? 0 : Buffer.byteLength(body),
          ...(action !== "" && { "x-amz-target": action }),
          ...(contentType !== "" && { "content-type": contentType }),
        },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
        response.on("end", () => {
          const queryError = response.headers["x-amzn-query-error"];
          resolve({
            status: response.statusCode ?? 0,
            contentType: response.headers["content-type"] ?? "",
            queryError: typeof queryError === "string" ? queryError : undefined,
            body: text,
          });
        });
      },
    );
    call.on("timeout", () => call.destroy(new Error("no answer: it hangs")));
    call.on("error", reject);
    call.end(method === "GET" ? undefined : body);
  });
}

/** Why an answer is none that AWS would give; undefined when it could be. */
function flaw({ status, contentType, queryError, body }: Answer): string | undefined {
  if (status >= 500) return `status ${status}`;
  if (contentType.includes("xml")) {
    if (body === "<UnknownOperationException/>\n") return undefined;
    return status === 200 || /<Error>.*<Code>\w[\w.]*<\/Code><Message>/s.test(body) ? undefined : "no XML error";
  }
  if (!contentType.startsWith("application/x-amz-json-1.0")) return `content type "${contentType}"`;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return "no JSON";
  }
  if (status === 200) return undefined;
  const { __type: type, message } = value as { __type?: unknown; message?: unknown };
  if (typeof type !== "string" || typeof message !== "string") return "no __type or message";
  return queryError === undefined ? "no x-amzn-query-error" : undefined;
}

test(`${total} requests with seed ${seed}: well-formed answers, no message lost or invented`, async () => {
  const model = new ReferenceModel();
  const urls: string[] = [];
  const receipts: string[] = [];
  const perform = async (request: WireRequest) => {
    const answer = await ask(request);
    expect({ request, flaw: flaw(answer), answer }).toEqual({ request, flaw: undefined, answer });
    if (answer.status !== 200 || !request.action.startsWith("AmazonSQS.")) return {};
    const output = (answer.body === "" ? {} : JSON.parse(answer.body)) as Record<string, unknown>;
    model.succeeded(
      request.action.slice("AmazonSQS.".length),
      JSON.parse(request.body || "{}") as object as never,
      output,
    );
    for (const message of (output["Messages"] ?? []) as { ReceiptHandle: string }[])
      receipts.push(message.ReceiptHandle);
    return output;
  };
  const post = (action: string, input: object) =>
    perform({
      method: "POST",
      path: "/",
      action: `AmazonSQS.${action}`,
      contentType: "application/x-amz-json-1.0",
      body: JSON.stringify(input),
    });
  for (const QueueName of ["one", "two"]) urls.push(String((await post("CreateQueue", { QueueName }))["QueueUrl"]));

  for (let done = 0; done < total; done += together) {
    const known: Known = { urls, receipts: receipts.slice(-50) };
    const one = fc.oneof({ weight: 1, arbitrary: validRequest(known) }, { weight: 3, arbitrary: mutated(known) });
    for (const request of fc.sample(one, { numRuns: together, seed: seed + done })) await perform(request);
    const held = Object.fromEntries(
      simulator.queues.map((name) => [
        name,
        simulator
          .inspect(name)
          .messages.map(({ id, state, receives }): MessageLine => `${id} ${state} ${receives}`)
          .toSorted(),
      ]),
    );
    expect(held).toEqual(model.lines());
  }
}, 120_000);
