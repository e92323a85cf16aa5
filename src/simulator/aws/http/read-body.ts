import type { IncomingMessage } from "node:http";
import { frameworkError } from "../aws-error.ts";

/** The whole body of a request. Rejects with RequestEntityTooLargeException; or as the connection does, when it ends before. */
export function readBody(request: IncomingMessage, largest: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= largest) chunks.push(chunk);
      else {
        chunks.length = 0;
        const message = `The request is larger than ${largest} bytes.`;
        reject(frameworkError("RequestEntityTooLargeException", message, { status: 413 }));
      }
    });
    request.on("end", () => {
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    });
    request.on("error", reject);
  });
}
