import type { Answer } from "../answer.ts";
import { AwsError, frameworkError } from "../aws-error.ts";
import { jsonError } from "../refused.ts";
import type { SqsCall } from "./call.ts";
import { type Input, isObject } from "./input.ts";
import { isSqsAction, runSqs } from "./run.ts";

const contentType = "application/x-amz-json-1.0";

/** The AWS JSON protocol 1.0, in the form that is compatible with the query protocol: errors bear its codes in a header. */
export async function answerJson(action: string, body: Buffer, call: SqsCall): Promise<Answer> {
  try {
    if (!isSqsAction(action))
      throw frameworkError("UnknownOperationException", `SQS has no operation ${action}.`, { status: 404 });
    const result = await runSqs(action, parse(body), call);
    return { status: 200, contentType, body: JSON.stringify(result) };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { ...jsonError(error), refusal: { request: action, code: error.code, message: error.message } };
  }
}

function parse(body: Buffer): Input {
  let value: unknown;
  try {
    value = body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
  } catch {
    throw frameworkError("SerializationException", "The request body is not JSON.");
  }
  if (!isObject(value)) throw frameworkError("SerializationException", "The request body is not a JSON object.");
  return value;
}
