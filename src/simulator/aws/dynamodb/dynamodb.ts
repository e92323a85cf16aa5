import { EventEmitter } from "node:events";
import type { IncomingHttpHeaders, Server } from "node:http";
import { createRequire } from "node:module";
import { type AwsError, frameworkError } from "../aws-error.ts";
import type { Answer, Refusal } from "../http/answer.ts";
import { jsonError } from "../refused.ts";
import { actionsOfDynalite, transactions } from "./actions.ts";
import { isObject } from "../is-object.ts";
import { type Ask, type Json, Refused, refused, type Reply } from "./ask.ts";
import { ClientTokens } from "./client-tokens.ts";
import { problemOf } from "./input.ts";
import { transactGet } from "./transact-get.ts";
import { transactWrite } from "./transact-write.ts";
import { Turns } from "./turns.ts";

const version = "DynamoDB_20120810.";
const contentType = "application/x-amz-json-1.0";
const known = new Set<string>([...actionsOfDynalite, ...transactions].map((name) => version + name));

/** A request whose body has been read. */
export interface WholeRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * DynamoDB by dynalite, on the simulator's own port: its HTTP server never listens, it is only handed requests. Loaded with
 * the first of them, because many runs have no table.
 *
 * Handed stand-ins: with a real request dynalite would end the process when its caller hangs up in the middle of it.
 *
 * Transactions, which dynalite has not, are made of its other actions, while no other request goes on.
 */
export class DynamoDb {
  readonly #turns = new Turns();
  readonly #tokens: ClientTokens;
  #server: Server | undefined;

  /** `now` is virtual time. */
  constructor(now: () => number) {
    this.#tokens = new ClientTokens(now);
  }

  async answer(request: WholeRequest): Promise<Answer> {
    const operation = String(request.headers["x-amz-target"] ?? "");
    if (request.method === "POST" && operation !== "" && !known.has(operation)) return notThere(operation);
    const problem = problemOf(operation, request.body);
    if (problem !== undefined) return failed(operation, problem);
    switch (operation) {
      case `${version}TransactGetItems`:
        return await this.#transact(request, operation, transactGet);
      case `${version}TransactWriteItems`:
        return await this.#transact(request, operation, async (input, ask) => {
          if (this.#tokens.isUsed(input)) return { status: 200, body: {} };
          const reply = await transactWrite(input, ask);
          this.#tokens.use(input);
          return reply;
        });
      default:
        return named(await this.#turns.shared(() => this.#dynalite(request, operation)), request);
    }
  }

  async #transact(
    request: WholeRequest,
    operation: string,
    carryOut: (input: Json, ask: Ask) => Promise<Reply>,
  ): Promise<Answer> {
    let input: unknown;
    try {
      input = JSON.parse(request.body.toString("utf8"));
    } catch (error) {
      return failed(operation, String(error));
    }
    if (!isObject(input)) return failed(operation, "it is no object");
    const given = input;
    const ask: Ask = async (action, of) => {
      const headers = { ...request.headers, "x-amz-target": version + action };
      const { status, body } = await this.#dynalite(
        { ...request, headers, body: Buffer.from(JSON.stringify(of)) },
        action,
      );
      return { status, body: JSON.parse(body) as Json };
    };
    return await this.#turns
      .alone(() => carryOut(given, ask))
      .catch((error: unknown) => {
        if (error instanceof Refused) return error.reply;
        throw error;
      })
      .then((reply) => answerOf(reply, operation));
  }

  async #dynalite({ method, url, headers, body }: WholeRequest, operation: string): Promise<Answer> {
    const server = (this.#server ??= start());
    try {
      return await new Promise((resolve) => {
        const request = Object.assign(new EventEmitter(), { method, url, headers });
        server.emit("request", request, new ResponseStandIn(operation, resolve));
        if (body.length > 0) request.emit("data", body);
        request.emit("end");
      });
    } catch (error) {
      // dynalite looked into what it had not checked
      return failed(operation, String(error));
    }
  }

  close(): void {
    // a server that never listened has nothing to close
    this.#server?.removeAllListeners();
    this.#server = undefined;
  }
}

export function dynamoDbError({ status, code, message }: AwsError): Answer {
  const __type = `com.amazonaws.dynamodb.v20120810#${code}`;
  return { status, contentType, body: JSON.stringify({ __type, message }) };
}

function answerOf({ status, body: json }: Reply, operation: string): Answer {
  const body = JSON.stringify(json);
  return { status, contentType, body, ...(status >= 400 && { refusal: refusalOf(operation, body) }) };
}

/** That a table exists already is all that dynalite refuses without a word. */
function named(answer: Answer, { body }: WholeRequest): Answer {
  const { refusal } = answer;
  if (refusal?.code !== "ResourceInUseException" || refusal.message !== "") return answer;
  const { TableName } = JSON.parse(body.toString("utf8")) as { readonly TableName: string };
  return answerOf(refused(refusal.code, `Table already exists: ${TableName}`).reply, refusal.request);
}

/** An action that DynamoDB has and the simulator has not, of which dynalite's own answer says nothing. */
function notThere(operation: string): Answer {
  const error = frameworkError("UnknownOperationException", `This simulator has no ${operation}.`);
  return { ...jsonError(error), refusal: { request: operation, code: error.code, message: error.message } };
}

function failed(operation: string, why: string): Answer {
  const message = `The request could not be read: ${why}`;
  const refusal = { request: operation, code: "SerializationException", message };
  return { ...jsonError(frameworkError(refusal.code, message)), refusal };
}

/** What dynalite uses of a response. */
class ResponseStandIn {
  statusCode = 200;
  readonly #headers: Record<string, string> = {};
  readonly #operation: string;
  readonly #ended: (answer: Answer) => void;

  constructor(operation: string, ended: (answer: Answer) => void) {
    this.#operation = operation;
    this.#ended = ended;
  }

  setHeader(name: string, value: string | number): void {
    this.#headers[name.toLowerCase()] = String(value);
  }

  end(body = ""): void {
    const { "content-type": type = "text/plain", "content-length": _, ...headers } = this.#headers;
    this.#ended({
      status: this.statusCode,
      contentType: type,
      body,
      headers,
      ...(this.statusCode >= 400 && { refusal: refusalOf(this.#operation, body) }),
    });
  }
}

/** From `{"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "message": ...}`, or what is no JSON. */
function refusalOf(request: string, body: string): Refusal {
  const type = /"__type":"[^"#]*#?([^"]*)"/.exec(body)?.[1];
  const message = /"[mM]essage":"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? "";
  return { request, code: type ?? body.trim(), message };
}

function start(): Server {
  const require = createRequire(import.meta.url);
  const dynalite = require("dynalite") as (options: {
    createTableMs: number;
    deleteTableMs: number;
    updateTableMs: number;
  }) => Server;
  return dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
}
