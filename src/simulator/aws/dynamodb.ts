import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createRequire } from "node:module";

/**
 * DynamoDB by dynalite, on the simulator's own port: its HTTP server never listens, it is only handed requests. Loaded with
 * the first of them, because many runs have no table.
 */
export class DynamoDb {
  #server: Server | undefined;

  handle(request: IncomingMessage, response: ServerResponse): void {
    this.#server ??= start();
    this.#server.emit("request", request, response);
  }

  close(): void {
    // a server that never listened has nothing to close
    this.#server?.removeAllListeners();
    this.#server = undefined;
  }
}

function start(): Server {
  const require = createRequire(import.meta.url);
  const dynalite = require("dynalite") as (options: {
    createTableMs: number;
    deleteTableMs: number;
    updateTableMs: number;
  }) => Server;
  return dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
}
