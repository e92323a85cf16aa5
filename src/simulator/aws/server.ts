import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Broker, account } from "../broker/broker.ts";
import { AwsError } from "./aws-error.ts";
import { DynamoDb } from "./dynamodb.ts";
import { escapeXml, parseForm, toXml } from "./query.ts";
import { snsActions } from "./sns.ts";
import { sqsActions } from "./sqs.ts";

const largestBody = 4 * 1024 * 1024;
const snsNamespace = "http://sns.amazonaws.com/doc/2010-03-31/";
const sqsTarget = "AmazonSQS.";

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** Asked of every caller when the server is open to other machines: the access key id must be this. */
  readonly token: string | undefined;
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
    if (typeof target === "string" && target.startsWith("DynamoDB")) {
      this.#dynamodb.handle(request, response);
      return;
    }
    let body: Buffer;
    try {
      body = await readBody(request);
    } catch (error) {
      if (error instanceof AwsError) answerJsonError(response, error);
      return;
    }
    const base = `http://${host}`;
    if (typeof target === "string" && target.startsWith(sqsTarget)) {
      await this.#sqs(target.slice(sqsTarget.length), body, base, response);
    } else this.#query(body, base, response);
  }

  async #sqs(action: string, body: Buffer, base: string, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    // the caller hung up: a message that it cannot get must not be taken for it
    response.once("close", () => {
      gone.abort();
    });
    try {
      const run = Object.hasOwn(sqsActions, action) ? sqsActions[action] : undefined;
      if (run === undefined)
        throw new AwsError("InvalidAction", `The action ${action} is not valid for this endpoint.`);
      const input = parseJson(body);
      const result = await run(input, { broker: this.#broker, base, accountId: account, signal: gone.signal });
      if (!gone.signal.aborted) answer(response, 200, "application/x-amz-json-1.0", JSON.stringify(result));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      answerJsonError(response, error);
    }
  }

  #query(body: Buffer, base: string, response: ServerResponse): void {
    const input = parseForm(body.toString("utf8"));
    const action = typeof input["Action"] === "string" ? input["Action"] : "";
    try {
      const run = Object.hasOwn(snsActions, action) ? snsActions[action] : undefined;
      if (run === undefined)
        throw new AwsError("InvalidAction", `The action ${action || "(none)"} is not valid for this endpoint.`);
      const result = run(input, { broker: this.#broker, base, accountId: account });
      const inner = result === undefined ? "" : `<${action}Result>${toXml(result)}</${action}Result>`;
      answer(
        response,
        200,
        "text/xml",
        `<${action}Response xmlns="${snsNamespace}">${inner}<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></${action}Response>`,
      );
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      answer(
        response,
        error.status,
        "text/xml",
        `<ErrorResponse xmlns="${snsNamespace}"><Error><Type>Sender</Type><Code>${escapeXml(error.queryCode)}</Code><Message>${escapeXml(error.message)}</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
      );
    }
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

function parseJson(body: Buffer): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
  } catch {
    throw new AwsError("SerializationException", "The request body is not JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new AwsError("SerializationException", "The request body is not a JSON object.");
  }
  return value as Readonly<Record<string, unknown>>;
}

function answerJsonError(response: ServerResponse, error: AwsError): void {
  response.setHeader("x-amzn-query-error", `${error.queryCode};${error.status < 500 ? "Sender" : "Receiver"}`);
  answer(
    response,
    error.status,
    "application/x-amz-json-1.0",
    JSON.stringify({ __type: `com.amazonaws.sqs#${error.code}`, message: error.message }),
  );
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
