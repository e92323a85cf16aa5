import { createHash, timingSafeEqual } from "node:crypto";
import { type AwsError, frameworkError } from "./aws-error.ts";
import type { RequestHead } from "./request-head.ts";

export interface Admission {
  readonly host: string;
  /** Asked of every caller when the server is open to other machines: the access key id must be this. */
  readonly token: string | undefined;
}

/** Why the simulator has nothing to do with a request; undefined when it has. */
export function notAdmitted(head: RequestHead, { host, token }: Admission): AwsError | undefined {
  if (token !== undefined) return wrongKey(head, token);
  if (!isOwn(head.host, host)) return denied(`This simulator does not answer for ${head.host || "an unnamed host"}`);
  const { origin } = head;
  if (origin !== "" && !isOwn(origin.replace(/^https?:\/\//, ""), host))
    return denied(`This simulator does not answer to pages of ${origin}`);
  return undefined;
}

/** A page in a browser must not reach the simulator by a name of its own that resolves to loopback. */
function isOwn(address: string, host: string): boolean {
  const name = address.replace(/:\d+$/, "").toLowerCase();
  return (
    name === "localhost" || name === "127.0.0.1" || name === "[::1]" || name.endsWith(".localhost") || name === host
  );
}

function wrongKey({ authorization }: RequestHead, token: string): AwsError | undefined {
  if (authorization === "") {
    return frameworkError("MissingAuthenticationTokenException", "Request is missing Authentication Token", {
      status: 403,
      queryCode: "MissingAuthenticationToken",
    });
  }
  const credential = /Credential=([^/]+)\//.exec(authorization)?.[1] ?? "";
  const digest = (text: string) => createHash("sha256").update(text).digest();
  if (timingSafeEqual(digest(credential), digest(token))) return undefined;
  return frameworkError("UnrecognizedClientException", "The security token included in the request is invalid.", {
    status: 403,
    queryCode: "InvalidClientTokenId",
  });
}

function denied(message: string): AwsError {
  return frameworkError("AccessDeniedException", message, { status: 403 });
}
