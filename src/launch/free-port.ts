import { createServer } from "node:net";

// Below the ports that kernels give to outgoing connections (Linux: from 32768, macOS and IANA: from 49152): nobody's
// connection can sit on a system's port while it restarts.
const lowest = 20_000;
const count = 10_000;
const longestSearch = 100;

/**
 * A port of loopback that nobody listens on now, and none of `except`. Somebody else may take it before it is used.
 * Where a hundred in a row are taken, the kernel chooses.
 */
export async function findFreePort(except: ReadonlySet<number> = new Set()): Promise<number> {
  for (let search = 1; search <= longestSearch; search++) {
    const port = lowest + Math.floor(Math.random() * count);
    if (!except.has(port) && (await listenOnce(port)) !== undefined) return port;
  }
  return (await listenOnce(0)) ?? 0;
}

/** Listens on a port, and lets go of it. Returns the port, or undefined when that was not possible. */
function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    // whatever the reason: this port is of no use
    server.once("error", () => {
      resolve(undefined);
    });
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        resolve(address !== null && typeof address === "object" ? address.port : undefined);
      });
    });
  });
}
