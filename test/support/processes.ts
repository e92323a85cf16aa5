import { execFileSync } from "node:child_process";
import { createServer } from "node:net";
import { afterEach, expect } from "vitest";
import { type StartedProcess, startProcess, type StartProcessOptions } from "../../src/launch/index.ts";

/** A web server that answers "ok", and tells in its log when it listens and when it stops. */
export const web = `
  const server = require("node:http").createServer((q, r) => r.end("ok")).listen(process.env.PORT, "127.0.0.1", () => console.log("listening on", process.env.PORT));
  process.on("SIGTERM", () => { console.log("stopping"); process.exit(0); });
`;

const started: StartedProcess[] = [];

/** Starts a script, which is stopped after the test. */
export async function start(script: string, options: Partial<StartProcessOptions> = {}): Promise<StartedProcess> {
  const system = await startProcess({ name: "web", command: ["node", "-e", script], ready: { http: "/" }, ...options });
  started.push(system);
  return system;
}

afterEach(async () => {
  await Promise.allSettled(started.splice(0).map((system) => system.stop()));
});

/** Whether a process runs; one that has ended and waits to be collected does not. */
export function alive(pid: number | undefined): boolean {
  try {
    return !execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).startsWith("Z");
  } catch {
    return false;
  }
}

/** Resolves when a process does not run any more. */
export async function gone(pid: number | undefined): Promise<void> {
  await expect.poll(() => alive(pid), { timeout: 10_000 }).toBe(false);
}

/** Whether nobody listens there. */
export function portIsFree(port: number | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen(port, "127.0.0.1", () =>
      server.close(() => {
        resolve(true);
      }),
    );
  });
}
