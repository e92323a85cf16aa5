import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { RawConnection, sqs } from "./raw-connection.ts";

/** A simulator in a process of its own, which answers one line of JSON for each line that it is sent. */
export class Server implements AsyncDisposable {
  readonly url: URL;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, url: string, lines: AsyncIterator<string>) {
    this.#child = child;
    this.url = new URL(url);
    this.#lines = lines;
  }

  /** `script`: prints its URL first. */
  static async start(script: string): Promise<Server> {
    const child = spawn(process.execPath, ["--expose-gc", "--input-type=module", "--eval", script], {
      cwd: `${import.meta.dirname}/../..`,
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    return new Server(child, String(first.value), lines);
  }

  /** Lets the script do something, and returns what it says. */
  async ask(command: string): Promise<unknown> {
    this.#child.stdin?.write(`${command}\n`);
    const { value } = await this.#lines.next();
    return JSON.parse(String(value));
  }

  /** Returns its URL. */
  async createQueue(name: string): Promise<string> {
    using connection = await RawConnection.open(this.url);
    const answer = await connection.ask(sqs("CreateQueue", { QueueName: name }));
    return (JSON.parse(answer) as { QueueUrl: string }).QueueUrl;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // one that crashed tells its end no second time
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await ended;
  }
}

/** Ours. Commands: "memory", "advance". */
export const wakefulScript = `
  import { createInterface } from "node:readline";
  import { startAwsSimulator } from "wakeful/aws-simulator";
  const simulator = await startAwsSimulator();
  console.log(simulator.url);
  const answers = {
    memory: () => { gc(); return process.memoryUsage().rss; },
    advance: async () => { const { took, steps } = await simulator.advance("12h"); return { took, steps }; },
  };
  for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(await answers[line]()));
`;

/** The peer. */
export const fauxqsScript = `
  import { startFauxqs } from "fauxqs";
  const server = await startFauxqs({ port: 0, logger: false });
  console.log("http://127.0.0.1:" + server.port);
`;

/** What no server in Node can be faster than: it reads whatever comes, and answers always the same, as long as a send's answer. */
export const bareScript = `
  import { createServer } from "node:net";
  const body = JSON.stringify({ QueueUrl: "none", MD5OfMessageBody: "0".repeat(32), MessageId: "0".repeat(36) });
  const answer = [
    "HTTP/1.1 200 OK", "content-type: application/x-amz-json-1.0", "content-length: " + body.length,
    "x-amzn-requestid: " + "0".repeat(36), "connection: keep-alive", "", body,
  ].join("\\r\\n");
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("data", () => socket.write(answer, "latin1")).on("error", () => {});
  });
  server.listen(0, "127.0.0.1", () => console.log("http://127.0.0.1:" + server.address().port));
`;
