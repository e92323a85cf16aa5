import { type AwsError, frameworkError } from "./aws-error.ts";
import { speaksJson } from "./refused.ts";
import type { RequestHead } from "./request-head.ts";

const sqsTarget = "AmazonSQS.";

/** Where a request goes. What only names an action goes to the service, which knows its actions. */
export type Destination =
  | { readonly to: "dynamodb" }
  | { readonly to: "sqs"; readonly action: string }
  /** SQS or SNS, by a form in the body or in the address. */
  | { readonly to: "query" }
  | { readonly to: "nowhere"; readonly why: AwsError };

export function destinationOf(head: RequestHead): Destination {
  const { method, target, contentType } = head;
  if (target.startsWith("DynamoDB")) return { to: "dynamodb" };
  if (target.startsWith(sqsTarget)) {
    if (speaksJson(head)) return { to: "sqs", action: target.slice(sqsTarget.length) };
    return nowhere(
      `${target} is a POST of application/x-amz-json-1.0, not a ${method} of ${contentType || "no type"}.`,
    );
  }
  if (target !== "") return nowhere(`${target}: this simulator has SQS, SNS and DynamoDB.`);
  if (speaksJson(head)) return nowhere("The header X-Amz-Target, which names the operation, is missing.");
  if (isForm(head)) return { to: "query" };
  return nowhere(`No operation is a ${method} of ${contentType || "no type"}.`);
}

/** A form is posted with its content type, or stands in the address. */
function isForm({ method, search, contentType }: RequestHead): boolean {
  if (method === "POST" && contentType === "application/x-www-form-urlencoded") return true;
  return (method === "GET" || method === "POST") && /(^|&)Action=/.test(search);
}

/** Source: AWS's "Common Errors"; to a GET of nothing SQS was seen to answer with it. */
function nowhere(message: string): Destination {
  return { to: "nowhere", why: frameworkError("UnknownOperationException", message, { status: 404 }) };
}
