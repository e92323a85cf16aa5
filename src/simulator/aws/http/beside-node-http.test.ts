/** The same bytes, right and wrong ones, to the front and to node:http alone: the same answers. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../../time/index.ts";
import type { Answer } from "./answer.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { HttpFront } from "./http-front.ts";
import { headOf } from "../request-head.ts";
import { readBody } from "./read-body.ts";
import type { WireRequest } from "./wire-request.ts";

const runs = 3_000;
const runsInPieces = 1_500;
const seed = Number(process.env["WAKEFUL_SEED"] ?? 20_261_121);

let plain = 0;
/** What each of the two told its service, in order. */
const told: Record<"front" | "alone", string[]> = { front: [], alone: [] };
/** Everything that a service is told comes back. */
const echo = (request: WireRequest): Answer => ({
  status: 200,
  contentType: "application/json",
  body: JSON.stringify(request),
});
const handler =
  (heard: string[]) =>
  (incoming: IncomingMessage, response: ServerResponse, writer: AnswerWriter): void => {
    const head = headOf(incoming);
    const place = heard.push(JSON.stringify({ head })) - 1;
    void readBody(incoming, 4_096).then(
      (bytes) => {
        const request = { head, body: bytes.toString("utf8") };
        heard[place] = JSON.stringify(request);
        writer.toResponse(response, echo(request));
      },
      // wrong bytes in its body have ended the connection
      () => undefined,
    );
  };
const writer = new AnswerWriter(systemClock, 60_000);
const handleAlone = handler(told.alone);
const alone = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
  handleAlone(incoming, response, writer);
});
let answersLate = false;
let front: HttpFront;

beforeAll(async () => {
  const answer = (request: WireRequest) => {
    plain++;
    told.front.push(JSON.stringify(request));
    return answersLate && plain % 3 === 0 ? turns(7).then(() => echo(request)) : echo(request);
  };
  front = await HttpFront.listen(
    { answer, handle: handler(told.front), unreadable: () => undefined },
    { host: "127.0.0.1", port: 0, clock: systemClock },
  );
  alone.listen(0, "127.0.0.1");
  await once(alone, "listening");
});
afterAll(async () => {
  alone.close();
  await front.close();
});

/** Behind what is tried: where it begins for a server shows what that made of the bytes before. */
const last = Buffer.from("POST /last HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");

/** Sends the bytes, and tells what comes back until the other side closes. */
function exchange(port: number, send: (socket: Socket) => void): Promise<string> {
  return new Promise((resolve) => {
    let received = "";
    const socket = connect({ host: "127.0.0.1", port, noDelay: true }, () => {
      send(socket);
    });
    socket.setEncoding("latin1").on("data", (piece: string) => (received += piece));
    // a connection with unread bytes ends with a reset
    socket.on("error", () => undefined);
    socket.on("close", () => {
      resolve(received);
    });
  });
}

/** Answers in one form: headers in order, in small letters. */
function answersIn(received: string): string[] {
  const answers: string[] = [];
  // behind a 417, which has no length, node:http itself does not always do the same
  for (let rest = received; rest !== "" && !rest.startsWith("HTTP/1.1 417");) {
    const [head = ""] = rest.split("\r\n\r\n", 1);
    const [status = "", ...headers] = head.split("\r\n");
    const fields = headers
      .map((line) => `${line.slice(0, line.indexOf(":")).toLowerCase()}${line.slice(line.indexOf(":"))}`)
      .filter((line) => !/^(date|x-amzn-requestid):/.test(line))
      .toSorted();
    // chunked: node:http's own error, without a body
    const chunked = /transfer-encoding: chunked/i.test(head);
    const length = chunked ? "0\r\n\r\n".length : Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const body = rest.slice(head.length + 4, head.length + 4 + length);
    answers.push([status, ...fields, "", body].join("\n"));
    rest = rest.slice(head.length + 4 + length);
  }
  return answers;
}

/**
 * node:http reads on while it answers; when it then finds an error it ends the connection at once, whether what came before is
 * answered by then or not, and it may be the error of an earlier request. The answers that both gave must agree, and that there is one.
 */
function agree(one: readonly string[], other: readonly string[]): boolean {
  const same = (a: readonly string[], b: readonly string[]) => JSON.stringify(a) === JSON.stringify(b);
  if (!(other.at(-1) ?? "").startsWith("HTTP/1.1 4")) return same(one, other);
  const both = Math.min(one.length, other.length) - 1;
  const statusOf = (answers: readonly string[]) => answers.at(-1)?.split("\n", 1)[0];
  return statusOf(one) === statusOf(other) && same(one.slice(0, both), other.slice(0, both));
}

const token = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}$/);
const value = fc.oneof(
  fc.stringMatching(/^[!-~]([\t -~]{0,20}[!-~])?$/),
  fc.constantFrom("", " ", "\t", " \t ", "é", "a\0b"),
);
/** Headers that matter, and names of their length and first letter. */
const near = fc
  .constantFrom(
    "host",
    "content-length",
    "connection",
    "transfer-encoding",
    "expect",
    "upgrade",
    "x-amz-target",
    "origin",
  )
  .chain((name) =>
    fc.tuple(fc.constant(name), fc.nat({ max: name.length - 1 }), fc.constantFrom("_", "X", "~", "-", "3")),
  )
  .map(([name, at, letter]) => name.slice(0, at) + letter + name.slice(at + 1));
const header = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(token, value).map(([name, text]) => `${name}: ${text}`) },
  { weight: 2, arbitrary: fc.tuple(near, value).map(([name, text]) => `${name}:${text}`) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom("x-amz-target", "Authorization", "CONTENT-TYPE", "origin", "x-amzn-trace-id"), value)
      .map(([name, text]) => `${name}:${text}`),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "x-amz-target: AmazonSQS.SendMessage",
      "X-AMZ-TARGET:\tb ",
      "Authorization:Credential=a/b",
      "Content-Type: Application/JSON; charset=utf-8",
      "Origin: http://a",
      "X-Amzn-Trace-Id: Root=1",
      "Connection: keep-alive",
      "connection: Keep-Alive",
      "Keep-Alive: timeout=5",
      "TE: trailers",
      "Trailer: x",
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "Host: b",
      "Content-Length: 1",
      "Content-Length : 1",
      "Content-Length: 01",
      "Content-Length: +1",
      "Content-Length: 1,1",
      "Transfer-Encoding: chunked",
      "Transfer-Encoding: identity",
      "Transfer-Encoding : chunked",
      "Expect: 100-continue",
      "Connection: close",
      "Connection: upgrade",
      "Proxy-Connection: close",
      "Upgrade: h2c",
      " folded: line",
      "no colon",
      ": nameless",
    ),
  },
);
const body = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ maxLength: 60, unit: "binary" }),
  fc.constantFrom("0\r\n\r\n", "2\r\nhi\r\n0\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
);
const path = fc.oneof(
  fc.webPath().map((text) => `/${text}`),
  fc.stringMatching(/^\/[!-~]{0,20}$/),
);
const request = fc
  .record({
    method: fc.oneof({ weight: 8, arbitrary: fc.constantFrom("POST", "GET") }, fc.constantFrom("PUT", "PATCH", "post")),
    path,
    version: fc.oneof({ weight: 12, arbitrary: fc.constant("1.1") }, fc.constantFrom("1.0", "1.2", "2.0", "0.9")),
    headers: fc.array(header, { maxLength: 5 }),
    body,
  })
  .map(({ method, path: url, version, headers, body: text }) =>
    Buffer.concat([
      Buffer.from(`${method} ${url} HTTP/${version}\r\n`),
      Buffer.from([...headers, "Host: a", `Content-Length: ${Buffer.byteLength(text)}`].join("\r\n"), "latin1"),
      Buffer.from(`\r\n\r\n${text}`),
    ]),
  );
const requests = fc.array(request, { minLength: 1, maxLength: 3 }).map((parts) => Buffer.concat(parts));
/** The same with one byte another one, one more or one less. */
const damaged = fc
  .tuple(
    requests,
    fc.nat(),
    fc.constantFrom("\r", "\n", " ", ":", "\t", "\0", ",", "/", "A", "é", "0", ""),
    fc.boolean(),
  )
  .map(([bytes, anywhere, put, replaces]) => {
    const place = anywhere % bytes.length;
    return Buffer.concat([
      bytes.subarray(0, place),
      Buffer.from(put, "latin1"),
      bytes.subarray(place + (replaces || put === "" ? 1 : 0)),
    ]);
  });

test(`${runs} times one to three requests, with seed ${seed}`, { timeout: 120_000 }, async () => {
  const { port } = alone.address() as AddressInfo;
  const property = fc.asyncProperty(fc.oneof(requests, damaged), async (bytes) => {
    const all = Buffer.concat([bytes, last]);
    const send = (socket: Socket) => socket.end(all);
    const [byFront, byNode] = await Promise.all([exchange(front.port, send), exchange(port, send)]);
    const [one, other] = [answersIn(byFront), answersIn(byNode)];
    if (!agree(one, other)) expect(one).toEqual(other);
  });
  await fc.assert(property, { numRuns: runs, seed });
  // so that it is not only node:http beside itself
  expect(plain).toBeGreaterThan(runs / 2);
});

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await systemClock.turn();
}

const closing = Buffer.from("POST /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");

test(
  `${runsInPieces} times in pieces, some answered late: services are told of the same requests`,
  { timeout: 120_000 },
  async () => {
    const { port } = alone.address() as AddressInfo;
    answersLate = true;
    const cuts = fc.array(fc.nat({ max: 5_000 }), { maxLength: 4 });
    const property = fc.asyncProperty(fc.oneof(requests, damaged), cuts, async (bytes, places) => {
      told.front.length = told.alone.length = 0;
      const all = Buffer.concat([bytes, closing]);
      const ends = [...places.map((place) => place % all.length), all.length].toSorted((a, b) => a - b);
      const send = async (socket: Socket) => {
        for (const [index, end] of ends.entries()) {
          socket.write(all.subarray(ends[index - 1] ?? 0, end));
          await turns(3);
        }
        // both servers are in this process: what has not closed by then waits for bytes that never come
        await turns(100);
        socket.destroy();
      };
      await Promise.all([front.port, port].map((each) => exchange(each, (socket) => void send(socket))));
      expect(told.front).toEqual(told.alone);
    });
    await fc.assert(property, { numRuns: runsInPieces, seed });
  },
);
