import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { UsageError } from "../errors.ts";
import { WrongUse } from "./command-failed.ts";

const largestBody = 64 * 1024;

/** What a command does: from the request's JSON to what is sent back as JSON. `replied` resolves once that is sent. */
export type ControlAction = (input: unknown, replied: Promise<void>) => unknown;

export interface ControlServer extends AsyncDisposable {
  readonly url: string;
}

/** Listens on loopback for the commands of other terminals. Each must bear the token. */
export async function startControlServer(
  token: string,
  actions: Readonly<Record<string, ControlAction>>,
): Promise<ControlServer> {
  const server = createServer((request, response) => {
    const replied = new Promise<void>((resolve) => {
      response.once("close", resolve);
    });
    answer(request, token, actions, replied).then(
      ({ status, body }) => {
        reply(response, status, body);
      },
      (error: unknown) => {
        const problem = error instanceof Error ? error.message : String(error);
        const wrongUse = error instanceof WrongUse || error instanceof UsageError;
        reply(response, wrongUse ? 400 : 500, { problem, wrongUse });
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  request: IncomingMessage,
  token: string,
  actions: Readonly<Record<string, ControlAction>>,
  replied: Promise<void>,
): Promise<{ status: number; body: unknown }> {
  if (!isSame(request.headers.authorization ?? "", `Bearer ${token}`)) return { status: 401, body: { problem: "no" } };
  const name = (request.url ?? "").slice(1);
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (request.method !== "POST" || action === undefined) {
    return { status: 404, body: { problem: `There is no command "${name}".` } };
  }
  const text = await readText(request);
  return { status: 200, body: (await action(text === "" ? {} : JSON.parse(text), replied)) ?? {} };
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of request.setEncoding("utf8") as AsyncIterable<string>) {
    text += piece;
    if (text.length > largestBody) throw new Error("The command is too large.");
  }
  return text;
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
