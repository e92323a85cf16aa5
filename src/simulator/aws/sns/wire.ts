import { AwsError } from "../aws-error.ts";
import type { Answer } from "../http/answer.ts";
import { newId } from "../../broker/new-id.ts";
import { escapeXml, parseForm, toXml } from "../query.ts";
import { snsActions } from "./actions.ts";
import type { SnsCall } from "./call.ts";

const namespace = "http://sns.amazonaws.com/doc/2010-03-31/";

/** SNS's only protocol: parameters in a form, the answer in XML. */
export function answerSns(form: URLSearchParams, call: SnsCall): Answer {
  const input = parseForm(form);
  const action = typeof input["Action"] === "string" ? input["Action"] : "";
  try {
    const run = Object.hasOwn(snsActions, action) ? snsActions[action] : undefined;
    if (run === undefined)
      throw new AwsError("InvalidAction", `The action ${action || "(none)"} is not valid for this endpoint.`);
    const result = run(input, call);
    const inner = result === undefined ? "" : `<${action}Result>${toXml(result)}</${action}Result>`;
    return xml(
      200,
      `<${action}Response xmlns="${namespace}">${inner}<ResponseMetadata><RequestId>${newId()}</RequestId></ResponseMetadata></${action}Response>`,
    );
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return xml(
      error.status,
      `<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>${escapeXml(error.queryCode)}</Code><Message>${escapeXml(error.message)}</Message></Error><RequestId>${newId()}</RequestId></ErrorResponse>`,
    );
  }
}

function xml(status: number, body: string): Answer {
  return { status, contentType: "text/xml", body };
}
