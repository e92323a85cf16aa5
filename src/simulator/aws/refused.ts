import type { Answer } from "./http/answer.ts";
import type { AwsError } from "./aws-error.ts";
import { errorXml } from "./query.ts";
import type { RequestHead } from "./request-head.ts";

const longestDetail = 300;

/** Answers a request that reached no action, in the protocol that it seems to speak. */
export function refused(error: AwsError, head: RequestHead): Answer {
  const refusal = { request: requestName(head), code: error.code, message: error.message };
  if (speaksJson(head)) return { ...jsonError(error), contentType: head.contentType, refusal };
  const { status } = error;
  // so AWS answers what comes to an HTTP front without being a request of its service
  const body = error.code === "UnknownOperationException" ? "<UnknownOperationException/>\n" : errorXml("", error);
  return { status, contentType: "text/xml", body, refusal };
}

/** AWS's JSON protocols are a POST with a content type of their own. */
export function speaksJson({ method, contentType }: RequestHead): boolean {
  return method === "POST" && /^application\/x-amz-json-1\.[01]$/.test(contentType);
}

/** An error as the JSON protocols carry it. Source: SQS Developer Guide, "Interpreting Amazon SQS JSON API responses". */
export function jsonError({ status, queryCode, namespace, code, message }: AwsError): Answer {
  return {
    status,
    contentType: "application/x-amz-json-1.0",
    headers: { "x-amzn-query-error": `${queryCode};${status < 500 ? "Sender" : "Receiver"}` },
    body: JSON.stringify({ __type: `${namespace}#${code}`, message }),
  };
}

/** One line on a refusal, of bounded length: what it quotes came from outside. */
export function refusalText({ request, code, message }: NonNullable<Answer["refusal"]>): string {
  const text = [request, code, message].filter((part) => part !== "").join(": ");
  return text.length > longestDetail ? `${text.slice(0, longestDetail)}…` : text;
}

function requestName({ method, path, target }: RequestHead): string {
  return target === "" ? `${method} ${path}` : target;
}
