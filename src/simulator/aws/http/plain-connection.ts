import type { Socket } from "node:net";
import type { Answer } from "./answer.ts";
import type { AnswerWriter } from "./answer-writer.ts";
import { readPlainRequest } from "./plain-request.ts";
import { readInPlace, type ReadInPlace } from "./read-in-place.ts";
import type { Caller, WireRequest } from "./wire-request.ts";

/** While a caller waits for one answer it may send this much of further requests. */
const mostAhead = 64 * 1024;
/** Kept longer than is promised, so that no request meets the end of its connection, ms. */
const leeway = 1_000;
const nothing = Buffer.alloc(0);

export interface PlainConnectionOptions {
  readonly accepted: Socket;
  readonly writer: AnswerWriter;
  /** How long it is kept while nothing happens, ms. */
  readonly keptFor: number;
  /** Undefined for what only the whole server can answer. Must not throw. */
  readonly answer: (request: WireRequest, caller: Caller) => Answer | Promise<Answer> | undefined;
  /** Takes the connection over for good, with the bytes that nobody has read. */
  readonly handOver: (socket: Socket, unread: Buffer) => void;
  readonly closed: () => void;
}

/** A connection as long as its requests are plain: answers them one by one, in their order, each with one write. */
export class PlainConnection implements Caller {
  readonly #socket: Socket;
  readonly #reading: ReadInPlace;
  readonly #options: PlainConnectionOptions;
  /** Further requests wait while an answer is being made, and while those before are not read. */
  #state: "free" | "answering" | "unread" = "free";
  /** What came in meanwhile. */
  #ahead: Buffer = nothing;
  #gone = false;
  #controller: AbortController | undefined;

  constructor(options: PlainConnectionOptions) {
    this.#options = options;
    this.#reading = readInPlace(options.accepted, this.#onData);
    const { socket } = this.#reading;
    this.#socket = socket;
    socket.setTimeout(options.keptFor + leeway);
    socket
      .on("drain", this.#onDrain)
      .on("end", this.#onEnd)
      .on("timeout", this.#onTimeout)
      .on("error", this.#onEnd)
      .on("close", this.#onClose);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  close(): void {
    this.#socket.destroy();
  }

  /** The bytes are no longer there afterwards. */
  readonly #onData = (bytes: Buffer): void => {
    if (this.#state === "free") {
      this.#work(bytes);
      return;
    }
    this.#ahead = Buffer.concat([this.#ahead, bytes]);
    if (this.#ahead.length > mostAhead) this.#socket.pause();
  };

  #work(bytes: Buffer): void {
    let from = 0;
    while (from < bytes.length && this.#state === "free") {
      const plain = readPlainRequest(bytes, from);
      const answer = plain && this.#options.answer(plain.request, this);
      if (plain === undefined || answer === undefined) {
        this.#leave(bytes.subarray(from));
        return;
      }
      from = plain.end;
      if (answer instanceof Promise) this.#await(answer);
      else this.#write(answer);
    }
    if (from < bytes.length) this.#ahead = Buffer.from(bytes.subarray(from));
  }

  #await(answer: Promise<Answer>): void {
    this.#state = "answering";
    void answer.then((ready) => {
      this.#controller = undefined;
      if (this.#gone) return;
      this.#state = "free";
      this.#write(ready);
      if (this.#state === "free") this.#goOn();
    });
  }

  #write(answer: Answer): void {
    const isRead = this.#options.writer.toSocket(this.#socket, answer);
    if (isRead) return;
    this.#state = "unread";
    this.#socket.pause();
  }

  readonly #onDrain = (): void => {
    if (this.#gone) return;
    this.#state = "free";
    this.#goOn();
  };

  #goOn(): void {
    const bytes = this.#ahead;
    this.#ahead = nothing;
    this.#socket.resume();
    this.#work(bytes);
  }

  /** The caller hung up, or half of it: who waits for an answer on a closed line is taken for gone, as node:http does. */
  readonly #onEnd = (): void => {
    this.#gone = true;
    this.#controller?.abort();
    this.#socket.end();
  };

  readonly #onClose = (): void => {
    this.#gone = true;
    this.#controller?.abort();
    this.#options.closed();
  };

  /** Idle, or not reading its answers. A long poll may take as long as it wants. */
  readonly #onTimeout = (): void => {
    if (this.#state !== "answering") this.#socket.destroy();
  };

  #leave(unread: Buffer): void {
    const socket = this.#socket;
    socket.setTimeout(0);
    this.#reading.release();
    socket
      .off("drain", this.#onDrain)
      .off("end", this.#onEnd)
      .off("timeout", this.#onTimeout)
      .off("error", this.#onEnd)
      .off("close", this.#onClose);
    this.#options.closed();
    this.#options.handOver(socket, Buffer.from(unread));
  }
}
