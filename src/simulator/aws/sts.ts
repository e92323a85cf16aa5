import { account } from "../broker/broker.ts";
import { newId } from "../broker/new-id.ts";
import { AwsError } from "./aws-error.ts";
import type { Answer } from "./http/answer.ts";
import { errorXml, type Form, toXml } from "./query.ts";

/** Of STS in the query protocol, which tells it from SNS and SQS. */
export const stsVersion = "2011-06-15";

const namespace = `https://sts.amazonaws.com/doc/${stsVersion}/`;
const contentType = "text/xml";
const action = "GetCallerIdentity";

/**
 * The one action of STS that libraries of SQS and SNS need: they ask whose account it is, to make ARNs of names. There are no
 * users here: whoever asks is the account itself. Source: AWS STS API Reference, "GetCallerIdentity".
 */
export function answerSts({ parameters }: Form): Answer {
  const asked = parameters.get("Action") ?? "";
  if (asked !== action) {
    const message = `This simulator has no ${asked} of STS, only ${action}.`;
    const error = new AwsError("InvalidAction", message);
    const refusal = { request: asked, code: error.code, message };
    return { status: error.status, contentType, body: errorXml(namespace, error), refusal };
  }
  const result = toXml({ Arn: `arn:aws:iam::${account}:root`, UserId: account, Account: account });
  const metadata = `<ResponseMetadata><RequestId>${newId()}</RequestId></ResponseMetadata>`;
  const body = `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result>${metadata}</${action}Response>`;
  return { status: 200, contentType, body };
}
