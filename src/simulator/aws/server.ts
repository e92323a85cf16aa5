import type { IncomingMessage, ServerResponse } from "node:http";
import { type Broker, account } from "../broker/broker.ts";
import { type Admission, notAdmitted } from "./admission.ts";
import { AwsError, frameworkError } from "./aws-error.ts";
import { type Destination, destinationOf } from "./destination.ts";
import type { EndpointFaultsInForce } from "../faults/endpoint-faults-in-force.ts";
import { endpointRequest, requestFacts } from "./endpoint-request.ts";
import { interfere, refusalError } from "./interfere.ts";
import { DynamoDb, dynamoDbError } from "./dynamodb/dynamodb.ts";
import type { Answer, Refusal } from "./http/answer.ts";
import type { AnswerWriter } from "./http/answer-writer.ts";
import { HttpFront } from "./http/http-front.ts";
import { readBody } from "./http/read-body.ts";
import type { Caller, WireRequest } from "./http/wire-request.ts";
import { type Form, formOf } from "./query.ts";
import { jsonError, refusalText, refused } from "./refused.ts";
import { headOf, type RequestHead } from "./request-head.ts";
import { snsActions } from "./sns/actions.ts";
import { answerSns, snsError } from "./sns/wire-query.ts";
import { isSqsAction } from "./sqs/run.ts";
import { answerJson } from "./sqs/wire-json.ts";
import { answerQuery, queryError, sqsVersion } from "./sqs/wire-query.ts";
import { answerSts, stsVersion } from "./sts.ts";

const largestBody = 4 * 1024 * 1024;
/** As DynamoDB has it. */
const largestOfDynamoDb = 16 * 1024 * 1024;
/** Account and name: what a queue's URL has behind its host. */
const queuePath = /^\/\d{12}\/[^/]+\/?$/;

export interface ServerOptions extends Admission {
  readonly port: number;
  readonly faults: EndpointFaultsInForce;
}

/** The simulator's services behind one port: tells them apart, and lets nobody in who must not. */
export class AwsServer {
  readonly #broker: Broker;
  readonly #options: ServerOptions;
  readonly #dynamodb: DynamoDb;
  #front: HttpFront | undefined;

  private constructor(broker: Broker, options: ServerOptions) {
    this.#broker = broker;
    this.#options = options;
    this.#dynamodb = new DynamoDb(() => broker.time.now());
  }

  static async listen(broker: Broker, options: ServerOptions): Promise<AwsServer> {
    const server = new AwsServer(broker, options);
    const { host, port } = options;
    const service = { answer: server.#answerPlain, handle: server.#handle, unreadable: server.#unreadable };
    server.#front = await HttpFront.listen(service, { host, port, clock: broker.time.clock });
    return server;
  }

  get port(): number {
    return this.#front?.port ?? 0;
  }

  async close(): Promise<void> {
    await this.#front?.close();
    this.#dynamodb.close();
  }

  readonly #answerPlain = (request: WireRequest, caller: Caller): Answer | Promise<Answer> | undefined => {
    const { head } = request;
    const unwanted = notAdmitted(head, this.#options);
    if (unwanted !== undefined) return this.#tell(refused(unwanted, head));
    const destination = destinationOf(head);
    // faults interfere with connections
    if (this.#options.faults.any) return undefined;
    try {
      const answer = this.#answer(request, destination, caller);
      return answer instanceof Promise
        ? answer.catch((error: unknown) => failure(error, head)).then(this.#tell)
        : this.#tell(answer);
    } catch (error) {
      return this.#tell(failure(error, head));
    }
  };

  readonly #handle = (incoming: IncomingMessage, response: ServerResponse, writer: AnswerWriter): void => {
    const head = headOf(incoming);
    void this.#whole(head, incoming, response)
      .catch((error: unknown) => failure(error, head))
      .then((answer) => {
        if (answer !== undefined) writer.toResponse(response, this.#tell(answer));
      })
      // whatever it is, only this connection ends by it
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  };

  /** A request of node:http's; undefined when there is nobody to answer any more. */
  async #whole(head: RequestHead, incoming: IncomingMessage, response: ServerResponse): Promise<Answer | undefined> {
    const unwanted = notAdmitted(head, this.#options);
    if (unwanted !== undefined) {
      incoming.resume();
      return refused(unwanted, head);
    }
    const gone = new AbortController();
    response.once("close", () => {
      gone.abort();
    });
    const destination = destinationOf(head);
    let body: Buffer;
    try {
      body = await readBody(incoming, destination.to === "dynamodb" ? largestOfDynamoDb : largestBody);
    } catch (error) {
      // anything else: the connection is gone
      return error instanceof AwsError ? refused(error, head) : undefined;
    }
    if (destination.to === "nowhere") return refused(destination.why, head);
    const asked = this.#options.faults.any ? addressed(head, destination, body.toString("utf8")) : undefined;
    if (asked !== undefined) {
      const { service, action, json, write } = asked;
      const facts = requestFacts(incoming, body.toString("utf8"));
      const met = this.#options.faults.meet(endpointRequest(incoming, service, action), facts);
      interfere(response, met, this.#broker.time);
      if (met.refusal !== undefined) return write(refusalError(met.refusal, service, json));
      if (met.close === "before") return undefined;
    }
    return await this.#answer({ head, body: body.toString("utf8") }, destination, gone);
  }

  #answer(request: WireRequest, destination: Destination, caller: Caller): Answer | Promise<Answer> {
    const { head, body } = request;
    const base = `http://${head.host}`;
    const call = { broker: this.#broker, base, accountId: account, caller, traceHeader: head.traceId };
    switch (destination.to) {
      case "dynamodb":
        return this.#dynamodb.answer(request);
      case "sqs":
        return answerJson(destination.action, body, call);
      case "nowhere":
        return refused(destination.why, head);
      case "query": {
        const form = formOf(head, body);
        switch (queryService(form, head.path)) {
          case "sqs":
            return answerQuery(form, head.path, call);
          case "sns":
            return answerSns(form, call);
          case "sts":
            return answerSts(form);
        }
      }
    }
  }

  /** Tells of a request that was refused. */
  readonly #tell = (answer: Answer): Answer => {
    if (answer.refusal !== undefined) this.#note(answer.refusal);
    return answer;
  };

  readonly #unreadable = (problem: string): void => {
    this.#note({ request: "bytes that are no HTTP request", code: "", message: problem });
  };

  #note(refusal: Refusal): void {
    const { activity, time } = this.#broker;
    activity.add({ what: "refused", at: time.now(), detail: refusalText(refusal) });
  }
}

/** Three services share the query protocol: the version tells them apart, or the path of a queue, or the action. */
function queryService({ parameters }: Form, path: string): "sqs" | "sns" | "sts" {
  const version = parameters.get("Version");
  if (version === stsVersion) return "sts";
  if (version !== null) return version === sqsVersion ? "sqs" : "sns";
  const action = parameters.get("Action") ?? "";
  const isForSqs = queuePath.test(path) || (isSqsAction(action) && !Object.hasOwn(snsActions, action));
  return isForSqs ? "sqs" : "sns";
}

/** What a request asks for, of whom, and how errors are written to it; undefined of STS, which no fault is for. */
function addressed(head: RequestHead, destination: Destination, body: string) {
  const action = head.target.slice(head.target.indexOf(".") + 1);
  if (destination.to === "dynamodb") return { service: "dynamodb" as const, action, json: true, write: dynamoDbError };
  if (destination.to === "sqs") return { service: "sqs" as const, action, json: true, write: jsonError };
  const form = formOf(head, body);
  const asked = { action: form.parameters.get("Action") ?? "", json: false };
  switch (queryService(form, head.path)) {
    case "sqs":
      return { service: "sqs" as const, ...asked, write: queryError };
    case "sns":
      return { service: "sns" as const, ...asked, write: snsError };
    case "sts":
      return undefined;
  }
}

/** An error of ours, in AWS's words, so that no caller hangs. */
function failure(error: unknown, head: RequestHead): Answer {
  return refused(frameworkError("InternalFailure", String(error), { status: 500 }), head);
}
