import { randomUUID } from "node:crypto";
import type { Answer } from "../answer.ts";
import type { AwsError } from "../aws-error.ts";
import { escapeXml, toXml } from "../query.ts";

const namespace = "http://sns.amazonaws.com/doc/2010-03-31/";
const contentType = "text/xml";

export function snsAnswer(action: string, result: object | undefined): Answer {
  const inner = result === undefined ? "" : `<${action}Result>${toXml(result)}</${action}Result>`;
  const body = `<${action}Response xmlns="${namespace}">${inner}<ResponseMetadata>${requestId()}</ResponseMetadata></${action}Response>`;
  return { status: 200, contentType, body };
}

export function snsError({ status, queryCode, message }: AwsError): Answer {
  const type = status < 500 ? "Sender" : "Receiver";
  const error = `<Error><Type>${type}</Type><Code>${escapeXml(queryCode)}</Code><Message>${escapeXml(message)}</Message></Error>`;
  const body = `<ErrorResponse xmlns="${namespace}">${error}${requestId()}</ErrorResponse>`;
  return { status, contentType, body };
}

function requestId(): string {
  return `<RequestId>${randomUUID()}</RequestId>`;
}
