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
/** The headers that are read, each at most once, in the order in which their values are kept. */
const read = ["host", "x-amz-target", "authorization", "content-type", "origin", "x-amzn-trace-id", "content-length"];
/** These change what a message is, or what happens to the connection. */
const forWholeServer = ["transfer-encoding", "expect", "upgrade", "proxy-connection"];
const connection = "connection";
const places: ReadonlyMap<string, number> = new Map(read.map((name, place) => [name, place]));
/** Most headers are none of these, and are told from them without being cut out: by their length and first letter. */
const mayMatter = new Set(
  [...read, ...forWholeServer, connection].map((name) => look(name.length, name.charCodeAt(0))),
);

function look(length: number, first: number): number {
  const lowerCase = first | 0x20;
  return length * 128 + lowerCase;
}

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

  const values: (string | undefined)[] = [];
  const firstLine = head.indexOf("\r\n");
  for (let line = firstLine; line >= 0;) {
    const next = head.indexOf("\r\n", line + 2);
    const begin = line + 2;
    const colon = head.indexOf(":", begin);
    line = next;
    if (!mayMatter.has(look(colon - begin, head.charCodeAt(begin)))) continue;
    const name = head.slice(begin, colon).toLowerCase();
    const value = head.slice(colon + 1, next < 0 ? undefined : next).trim();
    const place = places.get(name);
    if (place !== undefined) {
      if (values[place] !== undefined) return undefined;
      values[place] = value;
    } else if (forWholeServer.includes(name) || (name === connection && value.toLowerCase() !== "keep-alive")) {
      return undefined;
    }
  }
  const [host, target = "", authorization = "", contentType = "", origin = "", traceId, length = "0"] = values;
  if (host === undefined || !digits.test(length)) return undefined;
  const bodyBegin = headEnd + endOfHead.length;
  const end = bodyBegin + Number(length);
  if (end > bytes.length) return undefined;
  const space = head.indexOf(" ");
  const method = head.slice(0, space);
  const url = head.slice(space + 1, firstLine - " HTTP/1.1".length);
  const sent = requestHead({ method, url, host, target, authorization, contentType, origin, traceId });
  return { request: { head: sent, body: bytes.toString("utf8", bodyBegin, end) }, end };
}
