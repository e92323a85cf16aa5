import { type AwsError, frameworkError } from "../aws-error.ts";
import type { Answer, Refusal } from "../http/answer.ts";
import type { WireRequest } from "../http/wire-request.ts";
import { jsonError } from "../refused.ts";
import type { RequestHead } from "../request-head.ts";
import { actionsOfDynalite, transactions } from "./actions.ts";
import { isObject } from "../is-object.ts";
import { type Ask, type Json, Refused, refused, type Reply } from "./ask.ts";
import { ClientTokens } from "./client-tokens.ts";
import { Dynalite } from "./dynalite.ts";
import { problemOf } from "./input.ts";
import { transactGet } from "./transact-get.ts";
import { transactWrite } from "./transact-write.ts";
import { Turns } from "./turns.ts";

const version = "DynamoDB_20120810.";
const contentType = "application/x-amz-json-1.0";
const changesOfTables = new Set(["CreateTable", "UpdateTable", "DeleteTable"].map((name) => version + name));
/** It takes a few. */
const mostLooks = 10_000;
const known = new Set<string>([...actionsOfDynalite, ...transactions].map((name) => version + name));

/**
 * DynamoDB by dynalite, on the simulator's own port. Loaded with the first request, because many runs have no table.
 *
 * Transactions, which dynalite has not, are made of its other actions, while no other request goes on.
 */
export class DynamoDb {
  readonly #turns = new Turns();
  readonly #tokens: ClientTokens;
  #dynalite: Dynalite | undefined;

  /** `now` is virtual time. */
  constructor(now: () => number) {
    this.#tokens = new ClientTokens(now);
  }

  async answer(request: WireRequest): Promise<Answer> {
    const { method, target: operation } = request.head;
    if (method === "POST" && !known.has(operation)) return notThere(operation);
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
        return named(await this.#turns.shared(() => this.#carryOut(request)), request);
    }
  }

  async #carryOut(request: WireRequest): Promise<Answer> {
    const answer = await this.#ask(request);
    if (answer.status === 200 && changesOfTables.has(request.head.target))
      await this.#tableIsChanged(request, answer.body);
    return answer;
  }

  /** dynalite changes a table a moment after it has answered: the next request of a test would not find it yet, now and then. */
  async #tableIsChanged({ head }: WireRequest, answered: string): Promise<void> {
    const { TableDescription } = JSON.parse(answered) as { readonly TableDescription: { readonly TableName: string } };
    const { TableName } = TableDescription;
    const describe = { head: { ...head, target: `${version}DescribeTable` }, body: JSON.stringify({ TableName }) };
    for (let look = 0; look < mostLooks; look++) {
      const { status, body } = await this.#ask(describe);
      if (status !== 200) return;
      const { Table } = JSON.parse(body) as { readonly Table: { readonly TableStatus: string } };
      if (Table.TableStatus === "ACTIVE") return;
    }
  }

  async #transact(
    request: WireRequest,
    operation: string,
    carryOut: (input: Json, ask: Ask) => Promise<Reply>,
  ): Promise<Answer> {
    let input: unknown;
    try {
      input = JSON.parse(request.body);
    } catch (error) {
      return failed(operation, String(error));
    }
    if (!isObject(input)) return failed(operation, "it is no object");
    const given = input;
    const ask: Ask = async (action, of) => {
      const head = { ...request.head, target: version + action };
      const { status, body } = await this.#ask({ head, body: JSON.stringify(of) });
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

  async #ask({ head, body }: WireRequest): Promise<Answer> {
    const { method, path, search, target: operation } = head;
    const url = search === "" ? path : `${path}?${search}`;
    const dynalite = (this.#dynalite ??= new Dynalite());
    const reply = await dynalite.ask({ method, url, headers: headersOf(head), body });
    if ("unreadable" in reply) return failed(operation, reply.unreadable);
    const { status } = reply;
    // the length and the request's id are written by who writes all answers
    const {
      "content-type": type = "text/plain",
      "content-length": _,
      "x-amzn-requestid": __,
      ...headers
    } = reply.headers;
    const refusal = status >= 400 ? { refusal: refusalOf(operation, reply.body) } : {};
    return { status, contentType: type, body: reply.body, headers, ...refusal };
  }

  close(): void {
    this.#dynalite?.close();
  }
}

/** Those that dynalite looks at. That a date is there is all it asks of it. */
function headersOf({ target, contentType, authorization, origin }: RequestHead): Record<string, string> {
  return {
    "x-amz-target": target,
    "content-type": contentType,
    "x-amz-date": "unread",
    ...(authorization !== "" && { authorization }),
    ...(origin !== "" && { origin }),
  };
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
function named(answer: Answer, { body }: WireRequest): Answer {
  const { refusal } = answer;
  if (refusal?.code !== "ResourceInUseException" || refusal.message !== "") return answer;
  const { TableName } = JSON.parse(body) as { readonly TableName: string };
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

/** From `{"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "message": ...}`, or what is no JSON. */
function refusalOf(request: string, body: string): Refusal {
  const type = /"__type":"[^"#]*#?([^"]*)"/.exec(body)?.[1];
  const message = /"[mM]essage":"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? "";
  return { request, code: type ?? body.trim(), message };
}
