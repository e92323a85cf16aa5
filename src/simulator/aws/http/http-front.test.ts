import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { SQS } from "@aws-sdk/client-sqs";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../time/index.ts";
import type { Answer } from "./answer.ts";
import type { AnswerWriter } from "./answer-writer.ts";
import { HttpFront } from "./http-front.ts";
import { readBody } from "./read-body.ts";
import type { Caller, WireRequest } from "./wire-request.ts";

interface Stand {
  readonly front: HttpFront;
  /** Requests that were answered without node:http, and by it. */
  readonly plain: WireRequest[];
  readonly whole: string[];
}

type AnswerOf = (request: WireRequest, caller: Caller) => Answer | Promise<Answer> | undefined;

const urlOf = ({ head: { path, search } }: WireRequest) => (search === "" ? path : `${path}?${search}`);
const echo: AnswerOf = (request) => ({
  status: 200,
  contentType: "text/plain",
  body: `${urlOf(request)} ${request.body}`,
});

async function start(answer = echo, keptFor = 60_000): Promise<Stand> {
  const plain: WireRequest[] = [];
  const whole: string[] = [];
  const service = {
    answer: (request: WireRequest, caller: Caller) => {
      plain.push(request);
      return answer(request, caller);
    },
    handle: (incoming: IncomingMessage, response: ServerResponse, writer: AnswerWriter) => {
      const { url = "" } = incoming;
      whole.push(url);
      void readBody(incoming, 1_000_000).then(
        (body) => {
          writer.toResponse(response, { status: 200, contentType: "text/plain", body: `${url} ${body.toString()}` });
        },
        // the caller left before its body was here
        () => undefined,
      );
    },
    unreadable: () => undefined,
  };
  const front = await HttpFront.listen(service, { host: "127.0.0.1", port: 0, clock: systemClock, keptFor });
  onTestFinished(() => front.close());
  return { front, plain, whole };
}

/** A connection, and all that it received. */
class Line {
  readonly socket: Socket;
  received = "";

  constructor({ front }: Pick<Stand, "front">) {
    this.socket = connect({ host: "127.0.0.1", port: front.port, noDelay: true });
    this.socket.setEncoding("utf8").on("data", (piece: string) => (this.received += piece));
    onTestFinished(() => void this.socket.destroy());
  }

  /** Resolves when so many answers are there. */
  async answers(count: number): Promise<string[]> {
    for (;;) {
      const found = answersIn(this.received);
      if (found.length >= count) return found;
      await once(this.socket, "data");
    }
  }
}

/** The bodies of complete answers. */
function answersIn(text: string): string[] {
  const bytes = Buffer.from(text);
  const bodies: string[] = [];
  for (let at = 0; ;) {
    const end = bytes.indexOf("\r\n\r\n", at);
    if (end < 0) return bodies;
    const head = bytes.toString("utf8", at, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    at = end + 4 + length;
    // "100 Continue" is no answer yet
    if (head.startsWith("HTTP/1.1 100")) continue;
    if (at > bytes.length) return bodies;
    bodies.push(bytes.toString("utf8", end + 4, at));
  }
}

function post(url: string, body: string, ...headers: string[]): string {
  const head = [`POST ${url} HTTP/1.1`, "Host: localhost", `Content-Length: ${Buffer.byteLength(body)}`, ...headers];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

/** Until what was written has been read at the other end, in this very process, and answered. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await systemClock.turn();
}

test("an answer is written as node:http writes it", async () => {
  const answer = { status: 404, contentType: "text/plain", body: "né", headers: { "x-reason": "a\r\nb: c" } };
  const service = {
    answer: ({ head }: WireRequest) => (head.path === "/plain" ? answer : undefined),
    handle: (_: IncomingMessage, response: ServerResponse, writer: AnswerWriter) => {
      writer.toResponse(response, answer);
    },
    unreadable: () => undefined,
  };
  const front = await HttpFront.listen(service, { host: "127.0.0.1", port: 0, clock: systemClock });
  onTestFinished(() => front.close());
  const written = async (path: string) => {
    const line = new Line({ front });
    line.socket.write(post(path, ""));
    await line.answers(1);
    return line.received.replace(/[\da-f-]{36}/, "ID").replace(/Date: .* GMT/, "Date: D");
  };
  const plain = await written("/plain");
  expect(plain).toBe(
    "HTTP/1.1 404 Not Found\r\nx-reason: ab: c\r\ncontent-type: text/plain\r\ncontent-length: 3\r\n" +
      "x-amzn-requestid: ID\r\nDate: D\r\nConnection: keep-alive\r\nKeep-Alive: timeout=60\r\n\r\nné",
  );
  expect(await written("/whole")).toBe(plain);
});

test("cut in two at any place, a request gets the same answer as in one piece: from node:http", async () => {
  const stand = await start();
  const bytes = Buffer.from(post("/path?query=1", "body é"));
  const line = new Line(stand);
  line.socket.write(bytes);
  const [expected] = await line.answers(1);
  expect(expected).toBe("/path?query=1 body é");
  for (let place = 1; place < bytes.length; place++) {
    const cut = new Line(stand);
    cut.socket.write(bytes.subarray(0, place));
    await once(cut.socket, "connect");
    await turns();
    cut.socket.write(bytes.subarray(place));
    expect({ place, answers: await cut.answers(1) }).toEqual({ place, answers: [expected] });
    cut.socket.destroy();
  }
  // a busy machine may hand over both parts as one
  expect(stand.plain.length + stand.whole.length).toBe(bytes.length);
  expect(stand.whole.length).toBeGreaterThan(0);
});

test.for<[string, string, "kept" | "closed"]>([
  ["a body in chunks", "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "kept"],
  ["a body that is asked for first", post("/a", "hi", "Expect: 100-continue"), "kept"],
  ["HTTP/1.0", "POST /a HTTP/1.0\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi", "closed"],
  ["a connection that ends", post("/a", "hi", "Connection: close"), "closed"],
])("%s is answered by node:http, and so is all that follows on its connection", async ([, request, connection]) => {
  const stand = await start();
  const line = new Line(stand);
  const more = connection === "kept";
  line.socket.write(post("/before", "") + request + (more ? post("/after", "") : ""));
  expect(await line.answers(more ? 3 : 2)).toEqual(["/before ", "/a hi", ...(more ? ["/after "] : [])]);
  expect(stand.plain.map(urlOf)).toEqual(["/before"]);
  expect(stand.whole).toEqual(more ? ["/a", "/after"] : ["/a"]);
  if (!more) await once(line.socket, "close");
});

test("a body of 300,000 bytes comes through", async () => {
  const stand = await start();
  const line = new Line(stand);
  line.socket.write(post("/long", "x".repeat(300_000)));
  expect((await line.answers(1))[0]).toHaveLength("/long ".length + 300_000);
});

test("what the service cannot answer itself goes to node:http", async () => {
  const stand = await start(() => undefined);
  const line = new Line(stand);
  line.socket.write(post("/a", "b"));
  expect(await line.answers(1)).toEqual(["/a b"]);
  expect(stand.whole).toEqual(["/a"]);
});

test("requests of the AWS SDK are plain", async () => {
  const stand = await start(() => ({
    status: 200,
    contentType: "application/x-amz-json-1.0",
    body: '{"QueueUrls":[]}',
  }));
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  const sqs = new SQS({ endpoint: `http://127.0.0.1:${stand.front.port}`, region: "eu-west-1", credentials });
  onTestFinished(() => void sqs.destroy());
  await sqs.listQueues();
  await sqs.tagQueue({ QueueUrl: "/a", Tags: { a: "é".repeat(1_000) } });
  expect(stand.plain).toHaveLength(2);
  expect(stand.whole).toEqual([]);
});

test("requests that come before their turn are answered in their order, also behind one that takes its time", async () => {
  let finish = (): void => undefined;
  const stand = await start((request, caller) => {
    if (urlOf(request) !== "/slow") return echo(request, caller);
    const { promise, resolve } = Promise.withResolvers<Answer>();
    finish = () => {
      resolve({ status: 200, contentType: "text/plain", body: "slow" });
    };
    return promise;
  });
  const line = new Line(stand);
  line.socket.write(post("/1", "") + post("/slow", "") + post("/2", "") + post("/3", "").slice(0, 20));
  await line.answers(1);
  line.socket.write(post("/3", "").slice(20) + post("/4", ""));
  await turns();
  expect(answersIn(line.received)).toEqual(["/1 "]);
  finish();
  expect(await line.answers(5)).toEqual(["/1 ", "slow", "/2 ", "/3 ", "/4 "]);
});

test.for<[string, (socket: Socket) => void]>([
  ["hangs up", (socket) => void socket.destroy()],
  ["resets its connection", (socket) => void socket.resetAndDestroy()],
  ["closes its half", (socket) => void socket.end()],
])("a caller that %s while it waits is known to have gone", async ([, leave]) => {
  const gone = Promise.withResolvers<"gone">();
  const asked = Promise.withResolvers<void>();
  const stand = await start((_, { signal }) => {
    asked.resolve();
    const { promise, resolve } = Promise.withResolvers<Answer>();
    signal.addEventListener("abort", () => {
      gone.resolve("gone");
      resolve({ status: 200, contentType: "text/plain", body: "nobody reads this" });
    });
    return promise;
  });
  const line = new Line(stand);
  line.socket.on("error", () => undefined).write(post("/", ""));
  await asked.promise;
  leave(line.socket);
  expect(await gone.promise).toBe("gone");
});

test("a caller that closes its half behind a request gets its answer, and the other half is closed too", async () => {
  const line = new Line(await start());
  line.socket.end(post("/last", ""));
  await once(line.socket, "close");
  expect(answersIn(line.received)).toEqual(["/last "]);
});

test("who does not read its answers is not answered on and on, and gets them all once it reads", async () => {
  const stand = await start(() => ({ status: 200, contentType: "text/plain", body: "x".repeat(100_000) }));
  const line = new Line(stand);
  line.socket.pause();
  const count = 500;
  line.socket.write(post("/", "").repeat(count));
  await once(line.socket, "connect");
  for (let turn = 0; turn < 200; turn++) await systemClock.turn();
  const early = stand.plain.length;
  expect(early).toBeGreaterThan(0);
  // 50 MB: more than the system's buffers hold
  expect(early).toBeLessThan(count);
  line.socket.resume();
  while (line.received.length < count * 100_000) await once(line.socket, "data");
  expect(stand.plain).toHaveLength(count);
});

test("an idle connection ends, one that waits for its answer does not", async () => {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const stand = await start(() => promise, 1);
  const waiting = new Line(stand);
  waiting.socket.write(post("/", ""));
  await once(waiting.socket, "connect");
  await turns();
  const idle = new Line(stand);
  await once(idle.socket, "close");
  expect(waiting.socket.closed).toBe(false);
  resolve({ status: 200, contentType: "text/plain", body: "at last" });
  expect(await waiting.answers(1)).toEqual(["at last"]);
});

test("what is kept of one caller's bytes is not overwritten by another's", async () => {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const stand = await start((request, caller) => (request.head.path === "/slow" ? promise : echo(request, caller)));
  const [ahead, half, other] = [new Line(stand), new Line(stand), new Line(stand)];
  // the second one waits until the first is answered
  ahead.socket.write(post("/slow", "") + post("/next", "mine"));
  // not plain as long as it is not whole: node:http gets its first half
  const whole = post("/half", "half and half");
  half.socket.write(whole.slice(0, -4));
  await Promise.all([ahead, half, other].map(({ socket }) => once(socket, "connect")));
  await turns();
  other.socket.write(post("/other", "y".repeat(1_000)));
  await other.answers(1);
  resolve({ status: 200, contentType: "text/plain", body: "slow" });
  half.socket.write(whole.slice(-4));
  expect(await ahead.answers(2)).toEqual(["slow", "/next mine"]);
  expect(await half.answers(1)).toEqual(["/half half and half"]);
});

test("closing ends all connections: idle ones, those that wait, those of node:http", async () => {
  const stand = await start(() => new Promise(() => undefined));
  const [idle, waiting, whole] = [new Line(stand), new Line(stand), new Line(stand)];
  waiting.socket.write(post("/", ""));
  whole.socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
  await Promise.all([idle, waiting, whole].map(({ socket }) => once(socket, "connect")));
  await turns();
  const closed = [idle, waiting, whole].map(({ socket }) =>
    once(
      socket.on("error", () => undefined),
      "close",
    ),
  );
  await stand.front.close();
  await Promise.all(closed);
});
