import { requestHead } from "../request-head.ts";
import { HeaderNames, inAddress, inName, inValue, passOver, standsAt, valueBegin, valueEnd } from "./head-bytes.ts";
import type { WireRequest } from "./wire-request.ts";

/** A request, and where the bytes of the next one begin. */
export interface PlainRequest {
  readonly request: WireRequest;
  readonly end: number;
}

// half of what node:http takes, so that what is plain here is never too much there
const largestHead = 8 * 1024;
const methods = ["POST", "GET"].map((method) => ({ method, bytes: Buffer.from(`${method} /`) }));
const version = Buffer.from(" HTTP/1.1\r\n");
/** The headers that are read, each at most once, in the order in which their values are kept. */
const read = ["host", "x-amz-target", "authorization", "content-type", "origin", "x-amzn-trace-id", "content-length"];
/** These change what a message is, or what happens to the connection: only the first one can be plain. */
const forWholeServer = ["connection", "transfer-encoding", "expect", "upgrade", "proxy-connection"];
const names = new HeaderNames([...read, ...forWholeServer]);
const connection = read.length;
const [lineFeed, carriageReturn, colon] = [0x0a, 0x0d, 0x3a];
const digits = /^\d{1,9}$/;

/**
 * Reads the request that begins at `from`, if all of it is there and it is of the plain kind that SDKs send: POST or GET, a
 * small head, a body of a known length or none, on a connection that is kept. Undefined for anything else: an incomplete,
 * ambiguous, odd or wrong request is for a whole HTTP server to judge, never for this one.
 */
export function readPlainRequest(bytes: Buffer, from: number): PlainRequest | undefined {
  const method = methods.find((each) => standsAt(bytes, from, each.bytes))?.method;
  if (method === undefined) return undefined;
  const limit = Math.min(bytes.length, from + largestHead);
  const address = from + method.length + 1;
  const addressEnd = passOver(bytes, address, limit, inAddress);
  if (!standsAt(bytes, addressEnd, version)) return undefined;

  const head = bytes.toString("latin1", from, limit);
  const values: (string | undefined)[] = [];
  let line = addressEnd + version.length;
  while (bytes[line] !== carriageReturn) {
    const nameEnd = passOver(bytes, line, limit, inName);
    if (nameEnd === line || bytes[nameEnd] !== colon) return undefined;
    const lineEnd = passOver(bytes, nameEnd + 1, limit, inValue);
    if (bytes[lineEnd] !== carriageReturn || bytes[lineEnd + 1] !== lineFeed) return undefined;
    const place = names.at(bytes, line, nameEnd);
    if (place >= 0) {
      if (place > connection || values[place] !== undefined) return undefined;
      const value = head.slice(valueBegin(bytes, nameEnd + 1) - from, valueEnd(bytes, lineEnd) - from);
      if (place < connection) values[place] = value;
      else if (value.toLowerCase() !== "keep-alive") return undefined;
    }
    line = lineEnd + 2;
  }
  if (bytes[line + 1] !== lineFeed || line + 2 > limit) return undefined;

  const [host, target = "", authorization = "", contentType = "", origin = "", traceId, length = "0"] = values;
  if (host === undefined || !digits.test(length)) return undefined;
  const body = line + 2;
  const end = body + Number(length);
  if (end > bytes.length) return undefined;
  const url = head.slice(address - from, addressEnd - from);
  const sent = { method, url, host, target, authorization, contentType, origin, traceId: copied(traceId) };
  return { request: { head: requestHead(sent), body: bytes.toString("utf8", body, end) }, end };
}

/** Messages keep it, and a slice would keep the whole head with it. */
function copied(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text, "latin1").toString("latin1");
}
