import { connect, type Socket } from "node:net";

/** What no emulator checks, and some look for. */
export const authorization =
  "AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0";

/** An SQS action and its input as JSON. */
export interface Request {
  readonly action: string;
  readonly body: string;
}

/**
 * Sends HTTP requests over kept-alive connections, one at a time on each, with as little work of its own as can be: Node's
 * client takes longer for a request than the servers that are measured.
 */
export class Load implements Disposable {
  readonly #connections: Connection[];
  readonly #host: string;

  private constructor(connections: Connection[], host: string) {
    this.#connections = connections;
    this.#host = host;
  }

  static async open(url: URL, count: number): Promise<Load> {
    const connections = await Promise.all(Array.from({ length: count }, () => Connection.open(url)));
    return new Load(connections, url.host);
  }

  [Symbol.dispose](): void {
    for (const connection of this.#connections) connection.close();
  }

  /** Each connection asks `next`, with the answer to its last request, for another one, until it says undefined. */
  async run(next: (connection: number, answer: string) => Request | undefined): Promise<void> {
    await Promise.all(
      this.#connections.map(async (connection, index) => {
        let answer = "";
        for (let request = next(index, answer); request !== undefined; request = next(index, answer)) {
          answer = await connection.ask(this.#text(request));
        }
      }),
    );
  }

  #text({ action, body }: Request): string {
    return [
      "POST / HTTP/1.1",
      `host: ${this.#host}`,
      "content-type: application/x-amz-json-1.0",
      `x-amz-target: AmazonSQS.${action}`,
      `authorization: ${authorization}`,
      `content-length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n");
  }
}

class Connection {
  readonly #socket: Socket;
  #received = "";
  #answer: ((body: string) => void) | undefined;
  #fail: ((error: Error) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    // bodies are ASCII here: a character is a byte
    socket.setEncoding("latin1").on("data", (piece: string) => {
      this.#received += piece;
      this.#take();
    });
    socket.on("error", (error) => this.#fail?.(error));
  }

  static open({ hostname, port }: URL): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true }, () => {
        resolve(new Connection(socket));
      });
      socket.once("error", reject);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  ask(request: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#answer = resolve;
      this.#fail = reject;
      this.#socket.write(request);
    });
  }

  #take(): void {
    const end = this.#received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.#received.slice(0, end))?.[1]);
    const whole = end + 4 + length;
    if (this.#received.length < whole) return;
    const body = this.#received.slice(end + 4, whole);
    if (!this.#received.startsWith("HTTP/1.1 200")) this.#fail?.(new Error(this.#received));
    this.#received = this.#received.slice(whole);
    this.#answer?.(body);
  }
}
