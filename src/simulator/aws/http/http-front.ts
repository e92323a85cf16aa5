import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Clock } from "../../../time/index.ts";
import type { Answer } from "./answer.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { PlainConnection } from "./plain-connection.ts";
import { unreadable } from "./unreadable.ts";
import type { Caller, WireRequest } from "./wire-request.ts";

/** What answers requests. Must not throw, nor reject. */
export interface Service {
  /** Undefined for a request that needs the whole server. */
  readonly answer: (request: WireRequest, caller: Caller) => Answer | Promise<Answer> | undefined;
  /** Any request at all. */
  readonly handle: (request: IncomingMessage, response: ServerResponse, writer: AnswerWriter) => void;
  /** Is told of bytes that are no HTTP request: node:http has answered so, and ends the connection. */
  readonly unreadable: (problem: string) => void;
}

export interface FrontOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  /** How long an idle connection is kept, ms. Default: a minute. */
  readonly keptFor?: number;
}

/**
 * An HTTP server for many small requests: connections whose requests are plain are read and answered without the machinery of
 * node:http, which takes longer than the simulator needs for a message. The first request that is anything else hands its
 * connection over to node:http, for good.
 */
export class HttpFront {
  readonly #server: Server;
  readonly #writer: AnswerWriter;
  readonly #service: Service;
  readonly #keptFor: number;
  readonly #plain = new Set<PlainConnection>();
  readonly #serve: (socket: Socket) => void;

  private constructor(service: Service, { clock, keptFor = 60_000 }: FrontOptions) {
    this.#service = service;
    this.#keptFor = keptFor;
    this.#writer = new AnswerWriter(clock, keptFor);
    this.#server = createServer({ keepAliveTimeout: keptFor, noDelay: true }, (request, response) => {
      service.handle(request, response, this.#writer);
    });
    // node's own way to read a connection, which is taken only by those that are handed over
    const ways = this.#server.listeners("connection") as ((socket: Socket) => void)[];
    this.#serve = (socket) => {
      // answered by node:http, but nobody would be told
      socket.on("error", (error) => {
        const problem = unreadable(error);
        if (problem !== undefined) service.unreadable(problem);
      });
      for (const way of ways) way.call(this.#server, socket);
    };
    this.#server.removeAllListeners("connection").on("connection", (socket: Socket) => {
      this.#connect(socket);
    });
  }

  static async listen(service: Service, options: FrontOptions): Promise<HttpFront> {
    const front = new HttpFront(service, options);
    const server = front.#server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(options.port, options.host, () => {
        server.off("error", reject);
        resolve();
      });
    });
    return front;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    for (const connection of this.#plain) connection.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #connect(accepted: Socket): void {
    const connection = new PlainConnection({
      accepted,
      writer: this.#writer,
      keptFor: this.#keptFor,
      answer: this.#service.answer,
      handOver: (socket, unread) => {
        // stopped meanwhile: what is put back waits for its new reader
        socket.pause();
        socket.unshift(unread);
        this.#serve(socket);
        socket.resume();
      },
      closed: () => this.#plain.delete(connection),
    });
    this.#plain.add(connection);
  }
}
