import { type OnReadOpts, Socket } from "node:net";

/** As much as Node reads at once. */
const room = 64 * 1024;
/** One for all connections: a piece is used up, or copied, before the next one is read. */
let shared: Buffer | undefined;

/** A connection whose bytes are read in place. */
export interface ReadInPlace {
  readonly socket: Socket;
  /** From now on what comes in is an ordinary stream, for another reader. */
  readonly release: () => void;
}

/**
 * Has all that an accepted connection receives written into one buffer; `take` must not keep the bytes. Otherwise Node makes
 * room, a buffer and an event for each piece, which is an eighth of all the time that a small request takes.
 *
 * Node documents this (`onread`, https://nodejs.org/api/net.html#new-netsocketoptions) for sockets that one makes oneself, not
 * for accepted ones, so the accepted one's handle is moved to another, in the way Node makes them itself. Where a Node has no
 * such handle the connection is read as ever.
 */
export function readInPlace(accepted: Socket, take: (bytes: Buffer) => void): ReadInPlace {
  const handle = handleOf(accepted);
  if (handle === undefined) {
    accepted.on("data", take);
    return { socket: accepted, release: () => void accepted.off("data", take) };
  }
  let released = false;
  const buffer = (shared ??= Buffer.allocUnsafeSlow(room));
  const onread: OnReadOpts = {
    buffer,
    callback: (length) => {
      const bytes = buffer.subarray(0, length);
      if (released) return socket.push(Buffer.from(bytes));
      take(bytes);
      return true;
    },
  };
  // the accepted one ends without its handle, which the other has
  Object.assign(accepted, { _handle: null });
  accepted.destroy();
  const socket: Socket = new Socket({ handle, allowHalfOpen: true, onread } as object);
  return {
    socket,
    release: () => {
      released = true;
    },
  };
}

/** What Node reads and writes a connection by; undefined in one that keeps it elsewhere. */
function handleOf(socket: Socket): object | undefined {
  const { _handle: handle } = socket as { _handle?: unknown };
  return typeof handle === "object" && handle !== null && "useUserBuffer" in handle ? handle : undefined;
}
