import { type ChildProcess, spawn } from "node:child_process";
import { Agent, request } from "node:http";
import { createInterface } from "node:readline";
import { authorization } from "./load.ts";

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

  async [Symbol.asyncDispose](): Promise<void> {
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

/** A keep-alive client without any SDK, so that the server is what is measured. */
export class RawClient implements Disposable {
  readonly #url: URL;
  readonly #agent: Agent;

  constructor(url: URL, connections: number) {
    this.#url = url;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  async sqs<Answer = unknown>(action: string, input: object): Promise<Answer> {
    const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AmazonSQS.${action}` };
    return JSON.parse((await this.#post(headers, JSON.stringify(input))) || "{}") as Answer;
  }

  /** Returns the answer's XML. */
  async sns(parameters: Readonly<Record<string, string>>): Promise<string> {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return await this.#post(headers, new URLSearchParams({ Version: "2010-03-31", ...parameters }).toString());
  }

  #post(headers: Readonly<Record<string, string>>, body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = this.#url;
      const call = request(
        { hostname, port, method: "POST", path: "/", agent: this.#agent, headers: { ...headers, authorization } },
        (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
          response.on("end", () => {
            if (response.statusCode === 200) resolve(text);
            else reject(new Error(`${response.statusCode} ${text}`));
          });
        },
      );
      call.on("error", reject);
      call.end(body);
    });
  }
}
