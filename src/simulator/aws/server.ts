import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Broker, account } from "../broker/broker.ts";
import { AwsError } from "./aws-error.ts";
import { DynamoDb } from "./dynamodb.ts";
import type { Answer } from "./http/answer.ts";
import type { AnswerWriter } from "./http/answer-writer.ts";
import { HttpFront } from "./http/http-front.ts";
import { readBody } from "./http/read-body.ts";
import type { Caller, WireRequest } from "./http/wire-request.ts";
import { snsActions } from "./sns/actions.ts";
import { answerSns } from "./sns/wire.ts";
import type { SqsCall } from "./sqs/call.ts";
import { isSqsAction } from "./sqs/run.ts";
import { answerJson, jsonError } from "./sqs/wire-json.ts";
import { answerQuery, sqsVersion } from "./sqs/wire-query.ts";

const sqsTarget = "AmazonSQS.";
const dynamoDbTarget = "DynamoDB";
/** Account and name: what a queue's URL has behind its host. */
const queuePath = /^\/\d{12}\/[^/]+\/?$/;

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** Asked of every caller when the server is open to other machines: the access key id must be this. */
  readonly token: string | undefined;
}

/** The simulator's services behind one port: tells them apart, and lets nobody in who must not. */
export class AwsServer {
  readonly #broker: Broker;
  readonly #options: ServerOptions;
  readonly #dynamodb = new DynamoDb();
  #front: HttpFront | undefined;

  private constructor(broker: Broker, options: ServerOptions) {
    this.#broker = broker;
    this.#options = options;
  }

  static async listen(broker: Broker, options: ServerOptions): Promise<AwsServer> {
    const server = new AwsServer(broker, options);
    const { host, port } = options;
    const service = { answer: server.#answerPlain, handle: server.#handle };
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
    // dynalite wants node:http's own requests
    return request.target.startsWith(dynamoDbTarget) ? undefined : this.#answer(request, caller);
  };

  readonly #handle = (incoming: IncomingMessage, response: ServerResponse, writer: AnswerWriter): void => {
    void this.#whole(incoming, response)
      .catch(failure)
      .then((answer) => {
        if (answer !== undefined) writer.toResponse(response, answer);
      });
  };

  /** A request of node:http's; undefined when there is nothing to answer any more, or somebody else does. */
  async #whole(incoming: IncomingMessage, response: ServerResponse): Promise<Answer | undefined> {
    const { headers, url = "/" } = incoming;
    const target = headers["x-amz-target"];
    const request: WireRequest = {
      url,
      host: headers.host ?? "",
      target: typeof target === "string" ? target : "",
      authorization: headers.authorization ?? "",
      body: "",
    };
    const refused = this.#refusal(request);
    if (refused !== undefined) {
      incoming.resume();
      return refused;
    }
    if (request.target.startsWith(dynamoDbTarget)) {
      this.#dynamodb.handle(incoming, response);
      return undefined;
    }
    let body: string;
    try {
      body = await readBody(incoming);
    } catch (error) {
      // anything else: the connection is gone
      return error instanceof AwsError ? jsonError(error) : undefined;
    }
    const gone = new AbortController();
    response.once("close", () => {
      gone.abort();
    });
    return await this.#answer({ ...request, body }, gone);
  }

  #answer(request: WireRequest, caller: Caller): Answer | Promise<Answer> {
    try {
      const answer = this.#refusal(request) ?? this.#dispatch(request, caller);
      return answer instanceof Promise ? answer.catch(failure) : answer;
    } catch (error) {
      return failure(error);
    }
  }

  #dispatch({ url, host, target, body }: WireRequest, caller: Caller): Answer | Promise<Answer> {
    const call: SqsCall = { broker: this.#broker, base: `http://${host}`, accountId: account, caller };
    if (target.startsWith(sqsTarget)) return answerJson(target.slice(sqsTarget.length), body, call);
    const [path = "/", search = ""] = url.split("?", 2);
    // a query may be in the address as well as in the body
    const query = body === "" ? search : body;
    const form = new URLSearchParams(query);
    return isForSqs(form, path) ? answerQuery(form, path, call) : answerSns(form, call);
  }

  #refusal({ host, authorization }: WireRequest): Answer | undefined {
    if (this.#isOwnHost(host) && this.#isAllowed(authorization)) return undefined;
    const message = `This simulator does not answer for ${host || "an unnamed host"}`;
    return jsonError(new AwsError("AccessDeniedException", message, { status: 403 }));
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

  #isAllowed(authorization: string): boolean {
    const { token } = this.#options;
    if (token === undefined) return true;
    const credential = /Credential=([^/]+)\//.exec(authorization)?.[1] ?? "";
    const digest = (text: string) => createHash("sha256").update(text).digest();
    return timingSafeEqual(digest(credential), digest(token));
  }
}

/** SQS and SNS share the query protocol: the version tells them apart, or the path of a queue, or the action. */
function isForSqs(form: URLSearchParams, path: string): boolean {
  const version = form.get("Version");
  if (version !== null) return version === sqsVersion;
  const action = form.get("Action") ?? "";
  return queuePath.test(path) || (isSqsAction(action) && !Object.hasOwn(snsActions, action));
}

/** An error of ours, in AWS's words, so that no caller hangs. */
function failure(error: unknown): Answer {
  return jsonError(new AwsError("InternalFailure", String(error), { status: 500 }));
}
