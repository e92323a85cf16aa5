import type { IncomingMessage } from "node:http";
import { AwsError } from "../aws-error.ts";

const largestBody = 4 * 1024 * 1024;

/** The whole body of a request. Rejects with RequestEntityTooLarge; or as the connection does, when it ends before. */
export function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > largestBody)
        reject(
          new AwsError("RequestEntityTooLarge", `The request is larger than ${largestBody} bytes.`, { status: 413 }),
        );
      else chunks.push(chunk);
    });
    request.on("end", () => {
      resolve(Buffer.concat(chunks).toString("utf8"));
    });
    request.on("error", reject);
  });
}
