import { requestHead } from "../request-head.ts";
import type { WireRequest } from "./wire-request.ts";

/** A request, and where the bytes of the next one begin. */
export interface PlainRequest {
  readonly request: WireRequest;
  readonly end: number;
}

// half of what node:http takes, so that what is plain here is never too much there
const largestHead = 8 * 1024;
const endOfHead = Buffer.from("\r\n\r\n");
/** A whole head without anything that two readers could understand differently: no bare CR or LF, no folded lines, ASCII. */
const plainHead = /^(?:POST|GET) \/[!-~]* HTTP\/1\.1(?:\r\n[\w!#$%&'*+.^`|~-]+:[\t -~]*)+$/;
const digits = /^\d{1,9}$/;

/**
 * Reads the request that begins at `from`, if all of it is there and it is of the plain kind that SDKs send: POST or GET, a
 * small head, a body of a known length or none, on a connection that is kept. Undefined for anything else: an incomplete,
 * ambiguous, odd or wrong request is for a whole HTTP server to judge, never for this one.
 */
export function readPlainRequest(bytes: Buffer, from: number): PlainRequest | undefined {
  const headEnd = bytes.indexOf(endOfHead, from);
  if (headEnd < 0 || headEnd - from > largestHead) return undefined;
  const head = bytes.toString("latin1", from, headEnd);
  if (!plainHead.test(head)) return undefined;

  let host: string | undefined;
  let target: string | undefined;
  let authorization: string | undefined;
  let contentType: string | undefined;
  let origin: string | undefined;
  let traceId: string | undefined;
  let length: string | undefined;
  const firstLine = head.indexOf("\r\n");
  for (let line = firstLine; line >= 0;) {
    const next = head.indexOf("\r\n", line + 2);
    const colon = head.indexOf(":", line);
    const value = head.slice(colon + 1, next < 0 ? undefined : next).trim();
    switch (head.slice(line + 2, colon).toLowerCase()) {
      case "host":
        if (host !== undefined) return undefined;
        host = value;
        break;
      case "x-amz-target":
        if (target !== undefined) return undefined;
        target = value;
        break;
      case "authorization":
        if (authorization !== undefined) return undefined;
        authorization = value;
        break;
      case "content-type":
        if (contentType !== undefined) return undefined;
        contentType = value;
        break;
      case "origin":
        if (origin !== undefined) return undefined;
        origin = value;
        break;
      case "x-amzn-trace-id":
        if (traceId !== undefined) return undefined;
        traceId = value;
        break;
      case "content-length":
        if (length !== undefined || !digits.test(value)) return undefined;
        length = value;
        break;
      case "connection":
        if (value.toLowerCase() !== "keep-alive") return undefined;
        break;
      // these change what a message is, or what happens to the connection
      case "transfer-encoding":
      case "expect":
      case "upgrade":
      case "proxy-connection":
        return undefined;
    }
    line = next;
  }
  if (host === undefined) return undefined;
  const bodyBegin = headEnd + endOfHead.length;
  const end = bodyBegin + Number(length ?? 0);
  if (end > bytes.length) return undefined;
  const space = head.indexOf(" ");
  const sent = {
    method: head.slice(0, space),
    url: head.slice(space + 1, firstLine - " HTTP/1.1".length),
    host,
    target: target ?? "",
    contentType: contentType ?? "",
    authorization: authorization ?? "",
    origin: origin ?? "",
    traceId,
  };
  return { request: { head: requestHead(sent), body: bytes.toString("utf8", bodyBegin, end) }, end };
}
