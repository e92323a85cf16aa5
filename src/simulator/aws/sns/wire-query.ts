import { newId } from "../../broker/new-id.ts";
import type { Answer } from "../http/answer.ts";
import { AwsError } from "../aws-error.ts";
import { checkForm, errorXml, type Form, parseForm, toXml } from "../query.ts";
import { snsActions } from "./actions.ts";
import type { SnsCall } from "./call.ts";

const version = "2010-03-31";
const namespace = `http://sns.amazonaws.com/doc/${version}/`;
const contentType = "text/xml";

/** The query protocol, which is all that SNS speaks: parameters in a form, the answer in XML. */
export function answerSns(form: Form, call: SnsCall): Answer {
  let action = "";
  try {
    checkForm(form);
    const input = parseForm(form);
    action = typeof input["Action"] === "string" ? input["Action"] : "";
    const result = actionOf(action)(input, call);
    const inner = result === undefined ? "" : `<${action}Result>${toXml(result)}</${action}Result>`;
    const metadata = `<ResponseMetadata><RequestId>${newId()}</RequestId></ResponseMetadata>`;
    const body = `<${action}Response xmlns="${namespace}">${inner}${metadata}</${action}Response>`;
    return { status: 200, contentType, body };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { queryCode: code, message } = error;
    return { ...snsError(error), refusal: { request: action, code, message } };
  }
}

export function snsError(error: AwsError): Answer {
  return { status: error.status, contentType, body: errorXml(namespace, error) };
}

function actionOf(name: string) {
  if (name === "") throw new AwsError("MissingAction", "The request must contain the parameter Action.");
  const action = Object.hasOwn(snsActions, name) ? snsActions[name] : undefined;
  if (action === undefined)
    throw new AwsError("InvalidAction", `Could not find operation ${name} for version ${version}`);
  return action;
}
