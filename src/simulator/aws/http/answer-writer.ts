import { randomBytes } from "node:crypto";
import { type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../../../time/index.ts";
import type { Answer } from "./answer.ts";

const notInHeaders = /[^\t -~]/g;

/** Writes answers, each with a request id and the date. */
export class AnswerWriter {
  readonly #clock: Clock;
  readonly #ids = requestIds();
  #dateOf = Number.NaN;
  #date = "";

  readonly #kept: string;

  /** `keptFor`: how long an idle connection is kept, ms. */
  constructor(clock: Clock, keptFor: number) {
    this.#clock = clock;
    this.#kept = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keptFor / 1_000)}\r\n\r\n`;
  }

  /** To a connection that is kept, in one write. False when the other side does not read as fast as it is answered. */
  toSocket(socket: Socket, { status, contentType, headers, body }: Answer): boolean {
    let more = "";
    for (const name in headers) more += `${name}: ${printable(headers[name] ?? "")}\r\n`;
    const length = Buffer.byteLength(body);
    const head =
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${more}content-type: ${contentType}\r\n` +
      `content-length: ${length}\r\nx-amzn-requestid: ${this.#ids()}\r\nDate: ${this.#now()}\r\n${this.#kept}`;
    // as many bytes as characters: ASCII, which is written faster so
    return socket.write(head + body, length === body.length ? "latin1" : "utf8");
  }

  toResponse(response: ServerResponse, { status, contentType, headers, body }: Answer): void {
    if (response.headersSent) response.destroy();
    if (response.destroyed) return;
    for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, printable(value));
    response.writeHead(status, {
      "content-type": contentType,
      "content-length": Buffer.byteLength(body),
      "x-amzn-requestid": this.#ids(),
    });
    response.end(body);
  }

  #now(): string {
    const second = Math.floor(this.#clock.wall() / 1_000);
    if (second !== this.#dateOf) {
      this.#dateOf = second;
      this.#date = new Date(second * 1_000).toUTCString();
    }
    return this.#date;
  }
}

/** What may stand in a header. */
function printable(value: string): string {
  return value.replace(notInHeaders, "");
}

/** UUIDs that nobody need guess: one random part, and a number. */
function requestIds(): () => string {
  const random = randomBytes(10).toString("hex");
  const first = `${random.slice(0, 8)}-${random.slice(8, 12)}-4${random.slice(12, 15)}-8${random.slice(15, 18)}-`;
  let number = 0;
  return () => first + (++number).toString(16).padStart(12, "0");
}
