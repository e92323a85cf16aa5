import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A call of SQS in JSON, or of SNS as a form. */
export interface Request {
  readonly contentType: string;
  /** X-Amz-Target. */
  readonly target?: string;
  readonly body: string;
}

export function sqs(action: string, input: object): Request {
  return {
    contentType: "application/x-amz-json-1.0",
    target: `AmazonSQS.${action}`,
    body: JSON.stringify(input),
  };
}

export function sns(parameters: Readonly<Record<string, string>>): Request {
  return {
    contentType: "application/x-www-form-urlencoded",
    body: new URLSearchParams({ Version: "2010-03-31", ...parameters }).toString(),
  };
}

/** What the AWS SDK for JavaScript (3.1168) sends with each call, but for what names the call. Nobody checks the signature. */
const headers = [
  "x-amz-user-agent: aws-sdk-js/3.1168.0",
  "user-agent: aws-sdk-js/3.1168.0 ua/2.1 os/linux#6.18.44 lang/js md/nodejs#24.21.0 api/sqs#3.1168.0 m/N,E,e",
  "amz-sdk-invocation-id: 7b5e0b17-c4b3-4c7b-bd5b-ac392dfe0c1e",
  "amz-sdk-request: attempt=1; max=3",
  "x-amz-date: 20261121T142619Z",
  `x-amz-content-sha256: ${"0".repeat(64)}`,
  "authorization: AWS4-HMAC-SHA256 Credential=test/20261121/eu-west-1/sqs/aws4_request, SignedHeaders=" +
    "amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target;" +
    `x-amz-user-agent;x-amzn-query-mode, Signature=${"0".repeat(64)}`,
  "Connection: keep-alive",
].join("\r\n");

const contentLength = /content-length: (\d+)\r/i;

/**
 * A kept-alive connection that sends HTTP requests, one at a time, with as little work of its own as can be: Node's client
 * takes longer for a request than the servers that are measured.
 */
export class RawConnection implements Disposable {
  readonly #socket: Socket;
  /** The end of each head. */
  readonly #rest: string;
  #received = "";
  #answer: ((body: string) => void) | undefined;
  #fail: ((error: Error) => void) | undefined;

  private constructor({ hostname, port, host }: URL) {
    this.#rest = `\r\nhost: ${host}\r\n${headers}\r\n\r\n`;
    const buffer = Buffer.allocUnsafeSlow(64 * 1024);
    const callback = (length: number) => {
      this.#take(buffer.toString("latin1", 0, length));
      return true;
    };
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true, onread: { buffer, callback } });
    this.#socket.on("error", (error) => this.#fail?.(error));
    // an answer that never comes would be waited for until the benchmark's own time-out
    this.#socket.on("close", () => this.#fail?.(new Error(`${host} closed the connection`)));
  }

  static async open(url: URL): Promise<RawConnection> {
    const connection = new RawConnection(url);
    await once(connection.#socket, "connect");
    return connection;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  /** Returns the answer's body. */
  ask(request: Request): Promise<string> {
    return new Promise((resolve, reject) => {
      this.send(request, resolve, reject);
    });
  }

  /** Calls back with the answer's body. Bodies are ASCII here: a character is a byte. */
  send({ contentType, target, body }: Request, answer: (body: string) => void, fail: (error: Error) => void): void {
    this.#answer = answer;
    this.#fail = fail;
    this.#socket.write(
      `POST / HTTP/1.1\r\ncontent-type: ${contentType}\r\n` +
        (target === undefined ? "" : `x-amz-target: ${target}\r\nx-amzn-query-mode: true\r\n`) +
        `content-length: ${body.length}${this.#rest}${body}`,
      "latin1",
    );
  }

  #take(piece: string): void {
    const received = this.#received + piece;
    const end = received.indexOf("\r\n\r\n");
    if (end < 0 || received.length < end + 4 + Number(contentLength.exec(received)?.[1])) {
      this.#received = received;
      return;
    }
    this.#received = "";
    if (received.startsWith("HTTP/1.1 200")) this.#answer?.(received.slice(end + 4));
    else this.#fail?.(new Error(received));
  }
}
