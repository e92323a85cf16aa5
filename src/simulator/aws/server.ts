import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Broker, account } from "../broker/broker.ts";
import { type Admission, notAdmitted } from "./admission.ts";
import type { Answer } from "./answer.ts";
import { AwsError, frameworkError } from "./aws-error.ts";
import { type Destination, destinationOf } from "./destination.ts";
import { DynamoDb } from "./dynamodb.ts";
import { refusalText, refused } from "./refused.ts";
import { headOf, type RequestHead } from "./request-head.ts";
import { snsActions } from "./sns/actions.ts";
import { answerSns } from "./sns/wire-query.ts";
import { isSqsAction } from "./sqs/run.ts";
import { answerJson } from "./sqs/wire-json.ts";
import { answerQuery, sqsVersion } from "./sqs/wire-query.ts";

const largestBody = 4 * 1024 * 1024;
/** As DynamoDB has it. */
const largestOfDynamoDb = 16 * 1024 * 1024;
/** Account and name: what a queue's URL has behind its host. */
const queuePath = /^\/\d{12}\/[^/]+\/?$/;

export interface ServerOptions extends Admission {
  readonly port: number;
}

/** The simulator's HTTP front: tells the services apart and speaks each one's protocol. */
export class AwsServer {
  readonly #broker: Broker;
  readonly #options: ServerOptions;
  readonly #server: Server;
  readonly #dynamodb = new DynamoDb();

  private constructor(broker: Broker, options: ServerOptions) {
    this.#broker = broker;
    this.#options = options;
    this.#server = createServer({ keepAliveTimeout: 60_000, noDelay: true }, (request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        // an error of ours, in AWS's words, so that no caller hangs
        if (response.headersSent) response.destroy(error instanceof Error ? error : undefined);
        else {
          const failure = frameworkError("InternalFailure", String(error), { status: 500 });
          this.#send(response, refused(failure, headOf(request)));
        }
      });
    });
  }

  static async listen(broker: Broker, options: ServerOptions): Promise<AwsServer> {
    const server = new AwsServer(broker, options);
    await new Promise<void>((resolve, reject) => {
      server.#server.once("error", reject);
      server.#server.listen(options.port, options.host, () => {
        server.#server.off("error", reject);
        resolve();
      });
    });
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  warmUp(): void {
    this.#dynamodb.warmUp();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    this.#server.closeAllConnections();
    await closed;
    this.#dynamodb.close();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const head = headOf(request);
    const notWanted = notAdmitted(head, this.#options);
    if (notWanted !== undefined) {
      request.resume();
      this.#send(response, refused(notWanted, head));
      return;
    }
    const destination = destinationOf(head);
    let body: Buffer;
    try {
      body = await readBody(request, destination.to === "dynamodb" ? largestOfDynamoDb : largestBody);
    } catch (error) {
      if (error instanceof AwsError) this.#send(response, refused(error, head));
      return;
    }
    this.#send(response, await this.#answer(head, destination, { request, response, body }));
  }

  async #answer(
    head: RequestHead,
    destination: Destination,
    { request, response, body }: { request: IncomingMessage; response: ServerResponse; body: Buffer },
  ): Promise<Answer> {
    const { path } = head;
    const call = { broker: this.#broker, base: `http://${head.host}`, accountId: account };
    const { url = "/", method = "", headers } = request;
    switch (destination.to) {
      case "dynamodb":
        return await this.#dynamodb.answer({ method, url, headers, body });
      case "sqs":
        return await answerJson(destination.action, body, { ...call, ...this.#caller(head, response) });
      case "nowhere":
        return refused(destination.why, head);
      case "query": {
        // a query may be in the address as well as in the body
        const query = body.length === 0 ? head.search : body.toString("utf8");
        if (!isForSqs(new URLSearchParams(query), path)) return answerSns(query, call);
        return await answerQuery(query, path, { ...call, ...this.#caller(head, response) });
      }
    }
  }

  /** Who calls SQS: gone when it hung up, since a message that it cannot get must not be taken for it. */
  #caller({ traceId }: RequestHead, response: ServerResponse) {
    const gone = new AbortController();
    response.once("close", () => {
      gone.abort();
    });
    return { signal: gone.signal, traceHeader: traceId };
  }

  #send(response: ServerResponse, { status, contentType, body, headers, refusal }: Answer): void {
    const { activity, time } = this.#broker;
    if (refusal !== undefined) activity.add({ what: "refused", at: time.now(), detail: refusalText(refusal) });
    if (response.destroyed) return;
    response.writeHead(status, {
      ...headers,
      "content-type": contentType,
      "content-length": Buffer.byteLength(body),
      "x-amzn-requestid": randomUUID(),
    });
    response.end(body);
  }
}

function readBody(request: IncomingMessage, largest: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= largest) chunks.push(chunk);
      else {
        chunks.length = 0;
        const message = `The request is larger than ${largest} bytes.`;
        reject(frameworkError("RequestEntityTooLargeException", message, { status: 413 }));
      }
    });
    request.on("end", () => {
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    });
    request.on("error", reject);
  });
}

/** SQS and SNS share the query protocol: the version tells them apart, or the path of a queue, or the action. */
function isForSqs(form: URLSearchParams, path: string): boolean {
  const version = form.get("Version");
  if (version !== null) return version === sqsVersion;
  const action = form.get("Action") ?? "";
  return queuePath.test(path) || (isSqsAction(action) && !Object.hasOwn(snsActions, action));
}
