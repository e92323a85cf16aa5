import { describe, expect, test } from "vitest";
import { readPlainRequest } from "./plain-request.ts";

const read = (text: string, from = 0) => readPlainRequest(Buffer.from(text, "latin1"), from);
const lines = (...head: string[]) => `${head.join("\r\n")}\r\n\r\n`;
const post = (...headers: string[]) => lines("POST / HTTP/1.1", "Host: a", ...headers);

describe("plain", () => {
  test("a request as SDKs send it", () => {
    const head = lines(
      "POST /000000000000/orders?x=1 HTTP/1.1",
      "host: 127.0.0.1:4566",
      "X-Amz-Target: \t AmazonSQS.SendMessage ",
      "authorization: AWS4-HMAC-SHA256 Credential=a/b",
      "amz-sdk-invocation-id:",
      "Content-Type: application/x-amz-json-1.0; charset=utf-8",
      "content-length: 5",
      "Connection: Keep-Alive",
    );
    expect(read(`${head}h\u00c3\u00a9l!rest`)).toEqual({
      request: {
        head: {
          method: "POST",
          path: "/000000000000/orders",
          search: "x=1",
          host: "127.0.0.1:4566",
          target: "AmazonSQS.SendMessage",
          contentType: "application/x-amz-json-1.0",
          authorization: "AWS4-HMAC-SHA256 Credential=a/b",
          origin: "",
          traceId: undefined,
        },
        body: "hél!",
      },
      end: head.length + 5,
    });
  });

  test("one without a body, behind another one", () => {
    const [first, second] = [post("content-length: 2") + "ab", lines("GET /?Action=ListTopics HTTP/1.1", "Host: b")];
    expect(read(first + second, first.length)).toMatchObject({
      request: {
        head: { method: "GET", path: "/", search: "Action=ListTopics", host: "b", target: "", authorization: "" },
        body: "",
      },
      end: first.length + second.length,
    });
  });
});

test.for([
  "hast: b",
  "h_st: b",
  `h${"o".repeat(35)}: b`,
  "content_length: 9",
  "content-lengxh: 9",
  "x-amz-tarxet: b",
  "x-amzn-trace_id: b",
  "cannection: close",
  "transfer_encoding: chunked",
  "expact: 100-continue",
  "upgrad3: h2c",
  "proxy_connection: close",
])("%s, nearly the name of a header that matters, is another one", (header) => {
  const { request, end } = read(`${post("content-length: 1", header)}a`) ?? {};
  expect(request).toMatchObject({ head: { host: "a", target: "", traceId: undefined }, body: "a" });
  expect(end).toBe(post("content-length: 1", header).length + 1);
});

test.for(["", " ", "\t", " \t \t"])("a value of %j is empty, and there", (space) => {
  const { request } = read(post(`X-Amzn-Trace-Id:${space}`, `x-amz-target:${space}`, `origin:${space}`)) ?? {};
  expect(request).toMatchObject({ head: { traceId: "", target: "", origin: "" } });
  expect(read(post(`host:${space}`))).toBeUndefined();
});

test("a request is read when all of it is there, not before, wherever it is cut", () => {
  const whole = `${post("X-Amz-Target: a.b", "x:", "content-length: 4", "Connection: keep-alive")}\r\n\r\n`;
  for (const before of ["", post("content-length: 2") + "ab"]) {
    const ends = [];
    for (let length = 0; length <= whole.length; length++) {
      const plain = read(before + whole.slice(0, length), before.length);
      if (plain !== undefined) ends.push({ length, end: plain.end - before.length });
    }
    expect(ends).toEqual([{ length: whole.length, end: whole.length }]);
  }
});

test("a head may have 8 KiB, its end included, wherever it begins", () => {
  const [first, second] = [post("content-length: 1") + "a", lines("GET / HTTP/1.1", "host: b")];
  const ofLength = (length: number) => post(`x:${"x".repeat(length - post("x:").length)}`);
  const end = first.length + 8_192;
  expect(read(first + ofLength(8_192) + second, first.length)).toMatchObject({ end });
  expect(read(first + ofLength(8_192) + second, end)).toMatchObject({ end: end + second.length });
  for (const length of [8_193, 8_194, 8_195, 8_196, 8_197]) {
    expect(read(first + ofLength(length) + second, first.length)).toBeUndefined();
  }
});

describe("for a whole HTTP server to judge", () => {
  test.for<[string, string]>([
    ["nothing", ""],
    ["an unfinished head", "POST / HTTP/1.1\r\nHost: a\r\n"],
    ["an unfinished body", `${post("content-length: 3")}ab`],
    ["a head longer than 8 KiB", post(`x: ${"x".repeat(8_192)}`)],
    ["no host", lines("POST / HTTP/1.1", "content-length: 0")],
    ["two hosts", post("host: a")],
    ["two content lengths, the same ones", `${post("content-length: 1", "content-length: 1")}a`],
    ["two content lengths", `${post("content-length: 1", "Content-Length: 2")}ab`],
    ["two targets", post("x-amz-target: a", "x-amz-target: b")],
    ["two authorizations", post("authorization: a", "authorization: b")],
    ["two content types", post("content-type: a", "content-type: a")],
    ["two origins", post("origin: a", "origin: b")],
    ["two trace ids", post("x-amzn-trace-id: a", "x-amzn-trace-id: b")],
    ["a list of content lengths", `${post("content-length: 1, 1")}a`],
    ["an empty content length", post("content-length:")],
    ["a signed content length", `${post("content-length: +1")}a`],
    ["a hexadecimal content length", `${post("content-length: 0x1")}a`],
    ["a content length with a space in it", `${post("content-length: 1 1")}aaaaaaaaaaa`],
    ["a body in chunks", `${post("transfer-encoding: chunked")}0\r\n\r\n`],
    ["a body in chunks and a length", `${post("content-length: 5", "Transfer-Encoding: chunked")}0\r\n\r\n`],
    ["a transfer encoding of nothing", post("transfer-encoding:")],
    ["one that expects to be asked on", post("expect: 100-continue")],
    ["an upgrade", post("upgrade: h2c")],
    ["a connection that ends", post("connection: close")],
    ["a connection with options", post("connection: keep-alive, upgrade")],
    ["a proxy's connection", post("proxy-connection: close")],
    ["a space before a colon", post("content-length : 1")],
    ["a folded line", post("a: b", " c")],
    ["a folded line at the beginning", lines("POST / HTTP/1.1", " a: b", "host: a")],
    ["a line without a colon", post("a")],
    ["a nameless header", post(": a")],
    ["a bare LF between headers", "POST / HTTP/1.1\r\nHost: a\nx: y\r\n\r\n"],
    ["a bare LF at the end", "POST / HTTP/1.1\r\nHost: a\r\n\n"],
    ["a bare CR at the end", "POST / HTTP/1.1\r\nHost: a\r\n\ra"],
    ["a bare CR in a value", post("a: b\rc: d")],
    ["a NUL in a value", post("a: b\0")],
    ["a byte above ASCII in a value", post("a: \u00e9")],
    ["a byte above ASCII in a path", lines("POST /\u00e9 HTTP/1.1", "host: a")],
    ["HTTP/1.0", lines("POST / HTTP/1.0", "host: a")],
    ["HTTP/1.2", lines("POST / HTTP/1.2", "host: a")],
    ["two spaces in the first line", lines("POST  / HTTP/1.1", "host: a")],
    ["a tab in the first line", lines("POST\t/ HTTP/1.1", "host: a")],
    ["a whole address", lines("GET http://b/ HTTP/1.1", "host: a")],
    ["an empty line before the request", `\r\n${post()}`],
    ["HEAD", lines("HEAD / HTTP/1.1", "host: a")],
    ["OPTIONS *", lines("OPTIONS * HTTP/1.1", "host: a")],
    ["a method in small letters", lines("post / HTTP/1.1", "host: a")],
  ])("%s", ([, text]) => {
    expect(read(text)).toBeUndefined();
  });
});
