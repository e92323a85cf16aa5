import { EventEmitter } from "node:events";
import type { IncomingHttpHeaders, Server } from "node:http";
import { createRequire } from "node:module";
import type { Answer, Refusal } from "./http/answer.ts";
import { type AwsError, frameworkError } from "./aws-error.ts";
import { problemOf } from "./dynamodb-input.ts";
import { jsonError } from "./refused.ts";

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
 */
export class DynamoDb {
  #server: Server | undefined;

  async answer({ method, url, headers, body }: WholeRequest): Promise<Answer> {
    const server = (this.#server ??= start());
    const operation = String(headers["x-amz-target"] ?? "");
    const problem = problemOf(operation, body);
    if (problem !== undefined) return failed(operation, problem);
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
  return { status, contentType: "application/x-amz-json-1.0", body: JSON.stringify({ __type, message }) };
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
    const { "content-type": contentType = "text/plain", "content-length": _, ...headers } = this.#headers;
    this.#ended({
      status: this.statusCode,
      contentType,
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
