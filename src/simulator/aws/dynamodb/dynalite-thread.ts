/** What runs in the thread of `dynalite.ts`: dynalite, whose HTTP server never listens; it is only handed requests. */
import { EventEmitter } from "node:events";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import { parentPort } from "node:worker_threads";
import type { Asked, FromThread, ToThread } from "./dynalite.ts";

const require = createRequire(import.meta.url);
const dynalite = require("dynalite") as (options: {
  readonly createTableMs: number;
  readonly deleteTableMs: number;
  readonly updateTableMs: number;
}) => Server;
const databases = new Map<number, Server>();

parentPort?.on("message", (message: ToThread) => {
  if ("closed" in message) databases.delete(message.closed);
  else carryOut(message);
});

function carryOut({ number, database, method, url, headers, body }: Asked): void {
  const tell = (message: FromThread) => parentPort?.postMessage(message);
  // stand-ins: with a real request dynalite would throw when its caller hangs up in the middle of it
  const request = Object.assign(new EventEmitter(), { method, url, headers });
  const replied: Record<string, string> = {};
  const response = {
    statusCode: 200,
    setHeader(name: string, value: string | number) {
      replied[name.toLowerCase()] = String(value);
    },
    end(text = "") {
      tell({ number, status: response.statusCode, headers: replied, body: text });
    },
  };
  try {
    const server = databaseOf(database);
    server.emit("request", request, response);
    if (body !== "") request.emit("data", body);
    request.emit("end");
  } catch (error) {
    // dynalite looked into what it had not checked
    tell({ number, unreadable: String(error) });
  }
}

function databaseOf(number: number): Server {
  const known = databases.get(number);
  if (known !== undefined) return known;
  const made = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  databases.set(number, made);
  return made;
}
