import { once } from "node:events";
import { connect, createServer, Socket, type AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { readInPlace } from "./read-in-place.ts";

/** The two ends of a connection. */
async function pair(): Promise<{ near: Socket; accepted: Socket }> {
  const server = createServer({ noDelay: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const near = connect({ host: "127.0.0.1", port: (server.address() as AddressInfo).port, noDelay: true });
  onTestFinished(() => void near.destroy());
  const [accepted] = (await once(server, "connection")) as [Socket];
  return { near, accepted };
}

test("all connections are read into the same memory", async () => {
  const memory = new Set<ArrayBufferLike>();
  for (const text of ["one", "other"]) {
    const { near, accepted } = await pair();
    const { promise, resolve } = Promise.withResolvers<string>();
    const { socket } = readInPlace(accepted, (bytes) => {
      memory.add(bytes.buffer);
      resolve(bytes.toString());
    });
    onTestFinished(() => void socket.destroy());
    near.write(text);
    expect(await promise).toBe(text);
  }
  // if this fails, Node keeps handles elsewhere now: what is read is right, and slower
  expect(memory).toHaveLength(1);
});

test("writes, ends and hangs up like the connection that was accepted", async () => {
  const { near, accepted } = await pair();
  const { socket } = readInPlace(accepted, (bytes) => socket.write(`${bytes.toString()}!`));
  const [ended, closed] = [once(socket, "end"), once(socket, "close")];
  near.write("hello");
  expect(String(await once(near, "data"))).toBe("hello!");
  near.end();
  await ended;
  // half open: it may still say something
  socket.end("bye");
  expect(String(await once(near, "data"))).toBe("bye");
  await closed;
});

test("once released, pieces are a stream's, and stay what they were", async () => {
  const { near, accepted } = await pair();
  const taken: string[] = [];
  const { socket, release } = readInPlace(accepted, (bytes) => {
    taken.push(bytes.toString());
    release();
    socket.write("next");
  });
  onTestFinished(() => void socket.destroy());
  const pieces: Buffer[] = [];
  socket.on("data", (piece: Buffer) => {
    pieces.push(piece);
    socket.write("next");
  });
  for (const text of ["first", "second", "third"]) {
    near.write(text);
    await once(near, "data");
  }
  expect(taken).toEqual(["first"]);
  expect(pieces.map(String)).toEqual(["second", "third"]);
});

test("a released connection that nobody reads is not read on and on", async () => {
  const { near, accepted } = await pair();
  const { socket, release } = readInPlace(accepted, () => undefined);
  onTestFinished(() => void socket.destroy());
  release();
  const piece = Buffer.alloc(1_000_000);
  // more than the system's buffers hold
  while (near.writableLength < 10 * piece.length) {
    near.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(socket.readableLength).toBeLessThan(piece.length);
});

test("a connection without a handle is read all the same", async () => {
  const socket = new Socket();
  onTestFinished(() => void socket.destroy());
  const taken: string[] = [];
  const reading = readInPlace(socket, (bytes) => void taken.push(bytes.toString()));
  expect(reading.socket).toBe(socket);
  socket.push("one");
  await new Promise((resolve) => setImmediate(resolve));
  reading.release();
  socket.push("other");
  await new Promise((resolve) => setImmediate(resolve));
  expect(taken).toEqual(["one"]);
});
