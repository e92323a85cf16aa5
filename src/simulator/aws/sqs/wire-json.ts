import type { Answer } from "../http/answer.ts";
import { AwsError, frameworkError } from "../aws-error.ts";
import { jsonError } from "../refused.ts";
import type { SqsCall } from "./call.ts";
import { isObject } from "../is-object.ts";
import { type Input } from "./input.ts";
import { isSqsAction, runSqs } from "./run.ts";

const contentType = "application/x-amz-json-1.0";

/** The AWS JSON protocol 1.0, in the form that is compatible with the query protocol: errors bear its codes in a header. */
export function answerJson(action: string, body: string, call: SqsCall): Answer | Promise<Answer> {
  const failure = (error: unknown): Answer => {
    if (!(error instanceof AwsError)) throw error;
    return { ...jsonError(error), refusal: { request: action, code: error.code, message: error.message } };
  };
  try {
    if (!isSqsAction(action))
      throw frameworkError("UnknownOperationException", `SQS has no operation ${action}.`, { status: 404 });
    const result = runSqs(action, parse(body), call);
    return result instanceof Promise ? result.then(success, failure) : success(result);
  } catch (error) {
    return failure(error);
  }
}

function success(result: object): Answer {
  return { status: 200, contentType, body: JSON.stringify(result) };
}

function parse(body: string): Input {
  let value: unknown;
  try {
    value = body === "" ? {} : JSON.parse(body);
  } catch {
    throw frameworkError("SerializationException", "The request body is not JSON.");
  }
  if (!isObject(value)) throw frameworkError("SerializationException", "The request body is not a JSON object.");
  return value;
}
