import type { IncomingMessage } from "node:http";

/** What is known of a request before its body is read. */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  /** What follows the question mark. */
  readonly search: string;
  readonly host: string;
  /** X-Amz-Target, "" when there is none: "AmazonSQS.SendMessage". */
  readonly target: string;
  /** Without its parameters, in lower case: "application/x-amz-json-1.0". */
  readonly contentType: string;
  readonly authorization: string;
  /** Of the page that a browser sends it from; "" for all other callers. */
  readonly origin: string;
  /** X-Amzn-Trace-Id, as X-Ray's SDKs send it with each call. */
  readonly traceId: string | undefined;
}

export function headOf({ method = "", url = "/", headers }: IncomingMessage): RequestHead {
  const question = url.indexOf("?");
  const one = (name: string) => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  return {
    method,
    path: question < 0 ? url : url.slice(0, question),
    search: question < 0 ? "" : url.slice(question + 1),
    host: headers.host ?? "",
    target: one("x-amz-target") ?? "",
    contentType: (headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "",
    authorization: headers.authorization ?? "",
    origin: headers.origin ?? "",
    traceId: one("x-amzn-trace-id"),
  };
}
