import type { ServerResponse } from "node:http";
import type { Interference, Refusal } from "../faults/endpoint-faults-in-force.ts";
import type { VirtualClock } from "../virtual-clock.ts";
import { AwsError } from "./aws-error.ts";

/** How each service words that there were too many requests. */
const throttlings = {
  sqs: ["RequestThrottled", "The request was denied due to request throttling.", 403],
  sns: ["ThrottlingException", "Rate exceeded", 400],
  dynamodb: ["ProvisionedThroughputExceededException", "The request rate for the table is too high.", 400],
} as const;

/** A refusal as the error that the service would answer with. `json`: the protocols differ in the names of some. */
export function refusalError(refusal: Refusal, service: keyof typeof throttlings, json: boolean): AwsError {
  switch (refusal) {
    case "throttled": {
      const [code, message, status] = throttlings[service];
      return new AwsError(code, message, { status });
    }
    case "failed":
      return new AwsError("InternalFailure", "The request processing has failed because of an unknown error.", {
        status: 500,
      });
    case "unavailable":
      return new AwsError("ServiceUnavailable", "The request has failed due to a temporary failure of the server.", {
        status: 503,
      });
    case "credentials expired":
      return new AwsError(
        json ? "ExpiredTokenException" : "ExpiredToken",
        "The security token included in the request is expired",
        { status: service === "dynamodb" ? 400 : 403 },
      );
    case "signature expired":
      return new AwsError(
        json ? "InvalidSignatureException" : "SignatureDoesNotMatch",
        "Signature expired: the time of the request is more than 15 minutes from the server's",
        { status: service === "dynamodb" ? 400 : 403 },
      );
  }
}

/** Has the reply bear another time, come late, or not at all, whoever writes it. */
export function interfere(response: ServerResponse, { date, hold, close }: Interference, time: VirtualClock): void {
  if (date !== undefined) response.setHeader("date", new Date(date).toUTCString());
  if (close === "before") response.destroy();
  else if (close === "after") {
    response.end = () => response.destroy();
  } else if (hold !== undefined) {
    const end = response.end.bind(response) as (...rest: unknown[]) => ServerResponse;
    response.end = (...rest: unknown[]) => {
      time.at(time.now() + hold, () => end(...rest));
      return response;
    };
  }
}
