import type { IncomingMessage } from "node:http";
import type { EndpointRequest, RequestFacts } from "../faults/endpoint-faults-in-force.ts";

/** The session token of clients that were made from `simulator.config`. */
export const tokenOfTests = "wakeful-test";

/** A request as faults of the endpoint see it. */
export function endpointRequest(
  { headers }: Pick<IncomingMessage, "headers">,
  service: EndpointRequest["service"],
  action: string,
): EndpointRequest {
  return {
    service,
    action,
    caller: headers["x-amz-security-token"] === tokenOfTests ? "test" : "system",
    accessKeyId: /Credential=([^/]+)\//.exec(headers.authorization ?? "")?.[1] ?? "",
  };
}

export function requestFacts({ headers }: Pick<IncomingMessage, "headers">, body: string): RequestFacts {
  const signedAt = headers["x-amz-date"];
  return { signedAt: typeof signedAt === "string" ? signedAt : undefined, body };
}
