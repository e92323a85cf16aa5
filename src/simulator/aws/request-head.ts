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

/** As it was sent: with its address in one piece, and a content type with its parameters. */
type RawHead = Omit<RequestHead, "path" | "search"> & { readonly url: string };

export function requestHead(sent: RawHead): RequestHead {
  const { url } = sent;
  const question = url.indexOf("?");
  const semicolon = sent.contentType.indexOf(";");
  const contentType = semicolon < 0 ? sent.contentType : sent.contentType.slice(0, semicolon);
  return {
    method: sent.method,
    path: question < 0 ? url : url.slice(0, question),
    search: question < 0 ? "" : url.slice(question + 1),
    host: sent.host,
    target: sent.target,
    contentType: contentType.trim().toLowerCase(),
    authorization: sent.authorization,
    origin: sent.origin,
    traceId: sent.traceId,
  };
}

/** The head of a request that node:http has read. */
export function headOf({ method = "", url = "/", headers }: IncomingMessage): RequestHead {
  const one = (name: string) => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  return requestHead({
    method,
    url,
    host: headers.host ?? "",
    target: one("x-amz-target") ?? "",
    contentType: headers["content-type"] ?? "",
    authorization: headers.authorization ?? "",
    origin: headers.origin ?? "",
    traceId: one("x-amzn-trace-id"),
  });
}
