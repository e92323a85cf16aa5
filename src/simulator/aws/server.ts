import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Broker, account } from "../broker/broker.ts";
import type { EndpointFaultsInForce } from "../faults/endpoint-faults-in-force.ts";
import type { Answer } from "./answer.ts";
import { AwsError } from "./aws-error.ts";
import { DynamoDb } from "./dynamodb.ts";
import { endpointRequest, requestFacts } from "./endpoint-request.ts";
import { interfere, refusalError } from "./interfere.ts";
import { parseForm } from "./query.ts";
import { snsActions } from "./sns/actions.ts";
import { snsAnswer, snsError } from "./sns/wire.ts";
import type { SqsCall } from "./sqs/call.ts";
import { isSqsAction } from "./sqs/run.ts";
import { answerJson, jsonError } from "./sqs/wire-json.ts";
import { answerQuery, queryError, sqsVersion } from "./sqs/wire-query.ts";

const largestBody = 4 * 1024 * 1024;
const sqsTarget = "AmazonSQS.";
const dynamoDbTarget = "DynamoDB";
/** Account and name: what a queue's URL has behind its host. */
const queuePath = /^\/\d{12}\/[^/]+\/?$/;

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** Asked of every caller when the server is open to other machines: the access key id must be this. */
  readonly token: string | undefined;
  readonly faults: EndpointFaultsInForce;
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
        else answerJsonError(response, new AwsError("InternalFailure", String(error), { status: 500 }));
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
    const target = request.headers["x-amz-target"];
    const host = request.headers.host ?? "";
    if (!this.#isOwnHost(host) || !this.#isAllowed(request)) {
      request.resume();
      answerJsonError(
        response,
        new AwsError("AccessDeniedException", `This simulator does not answer for ${host || "an unnamed host"}`, {
          status: 403,
        }),
      );
      return;
    }
    const { faults } = this.#options;
    if (typeof target === "string" && target.startsWith(dynamoDbTarget)) {
      if (faults.any && this.#meetsFault(request, response, "")) request.resume();
      else this.#dynamodb.handle(request, response);
      return;
    }
    let body: Buffer;
    try {
      body = await readBody(request);
    } catch (error) {
      if (error instanceof AwsError) answerJsonError(response, error);
      return;
    }
    if (faults.any && this.#meetsFault(request, response, body.toString("utf8"))) return;
    const base = `http://${host}`;
    if (typeof target === "string" && target.startsWith(sqsTarget)) {
      await this.#sqs(base, response, (call) => answerJson(target.slice(sqsTarget.length), body, call));
      return;
    }
    const [path = "/", search = ""] = (request.url ?? "/").split("?", 2);
    // a query may be in the address as well as in the body
    const query = body.length === 0 ? search : body.toString("utf8");
    const form = new URLSearchParams(query);
    if (isForSqs(form, path)) await this.#sqs(base, response, (call) => answerQuery(form, path, call));
    else this.#sns(query, base, response);
  }

  async #sqs(base: string, response: ServerResponse, run: (call: SqsCall) => Promise<Answer>): Promise<void> {
    const gone = new AbortController();
    // the caller hung up: a message that it cannot get must not be taken for it
    response.once("close", () => {
      gone.abort();
    });
    send(response, await run({ broker: this.#broker, base, accountId: account, signal: gone.signal }));
  }

  #sns(query: string, base: string, response: ServerResponse): void {
    const input = parseForm(query);
    const action = typeof input["Action"] === "string" ? input["Action"] : "";
    try {
      const run = Object.hasOwn(snsActions, action) ? snsActions[action] : undefined;
      if (run === undefined)
        throw new AwsError("InvalidAction", `The action ${action || "(none)"} is not valid for this endpoint.`);
      const result = run(input, { broker: this.#broker, base, accountId: account });
      send(response, snsAnswer(action, result));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      send(response, snsError(error));
    }
  }

  /** Lets faults interfere with a request. Returns whether it goes no further: it was answered, or its connection closed. */
  #meetsFault(request: IncomingMessage, response: ServerResponse, body: string): boolean {
    const { service, action, json, write } = addressed(request, body);
    const met = this.#options.faults.meet(endpointRequest(request, service, action), requestFacts(request, body));
    interfere(response, met, this.#broker.time);
    if (met.refusal !== undefined) send(response, write(refusalError(met.refusal, service, json)));
    return met.refusal !== undefined || met.close === "before";
  }

  /** A page in a browser must not reach the simulator by a name of its own that resolves to loopback. */
  #isOwnHost(host: string): boolean {
    if (this.#options.token !== undefined) return true;
    const name = host.replace(/:\d+$/, "");
    return (
      name === "localhost" ||
      name === "127.0.0.1" ||
      name === "[::1]" ||
      name.endsWith(".localhost") ||
      name === this.#options.host
    );
  }

  #isAllowed(request: IncomingMessage): boolean {
    const { token } = this.#options;
    if (token === undefined) return true;
    const credential = /Credential=([^/]+)\//.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const digest = (text: string) => createHash("sha256").update(text).digest();
    return timingSafeEqual(digest(credential), digest(token));
  }
}

function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > largestBody)
        reject(
          new AwsError("RequestEntityTooLarge", `The request is larger than ${largestBody} bytes.`, { status: 413 }),
        );
      else chunks.push(chunk);
    });
    request.on("end", () => {
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    });
    request.on("error", reject);
  });
}

/** What a request asks for, of whom, and how errors are written to it. */
function addressed({ headers, url = "/" }: IncomingMessage, body: string) {
  const target = headers["x-amz-target"];
  if (typeof target === "string") {
    const action = target.slice(target.indexOf(".") + 1);
    return target.startsWith(dynamoDbTarget)
      ? { service: "dynamodb" as const, action, json: true, write: dynamoDbError }
      : { service: "sqs" as const, action, json: true, write: jsonError };
  }
  const [path = "/", search = ""] = url.split("?", 2);
  const form = new URLSearchParams(body === "" ? search : body);
  const action = form.get("Action") ?? "";
  return isForSqs(form, path)
    ? { service: "sqs" as const, action, json: false, write: queryError }
    : { service: "sns" as const, action, json: false, write: snsError };
}

/** SQS and SNS share the query protocol: the version tells them apart, or the path of a queue, or the action. */
function isForSqs(form: URLSearchParams, path: string): boolean {
  const version = form.get("Version");
  if (version !== null) return version === sqsVersion;
  const action = form.get("Action") ?? "";
  return queuePath.test(path) || (isSqsAction(action) && !Object.hasOwn(snsActions, action));
}

function dynamoDbError({ status, code, message }: AwsError): Answer {
  const __type = `com.amazonaws.dynamodb.v20120810#${code}`;
  return { status, contentType: "application/x-amz-json-1.0", body: JSON.stringify({ __type, message }) };
}

function answerJsonError(response: ServerResponse, error: AwsError): void {
  send(response, jsonError(error));
}

function send(response: ServerResponse, { status, contentType, body, headers }: Answer): void {
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  answer(response, status, contentType, body);
}

function answer(response: ServerResponse, status: number, contentType: string, body: string): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    "content-type": contentType,
    "content-length": Buffer.byteLength(body),
    "x-amzn-requestid": randomUUID(),
  });
  response.end(body);
}
