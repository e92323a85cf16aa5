import { AwsError } from "../aws-error.ts";

/** An error whose code in the query protocol bears the prefix. Source: the service model's `awsQueryError` traits. */
export function prefixed(
  code: string,
  message: string,
  options: { status?: number; queryCode?: string } = {},
): AwsError {
  return new AwsError(code, message, {
    queryCode: `AWS.SimpleQueueService.${options.queryCode ?? code}`,
    ...(options.status !== undefined && { status: options.status }),
  });
}

export function noSuchQueue(): AwsError {
  return prefixed("QueueDoesNotExist", "The specified queue does not exist.", { queryCode: "NonExistentQueue" });
}

export function noSuchResource(parameter: string): AwsError {
  return new AwsError(
    "ResourceNotFoundException",
    `The resource that you specified for the ${parameter} parameter doesn't exist.`,
    { status: 404 },
  );
}

export function missing(name: string): AwsError {
  return new AwsError("MissingParameter", `The request must contain the parameter ${name}.`);
}

export function invalid(name: string, value: string, reason: string): AwsError {
  return new AwsError("InvalidParameterValue", `Value ${value} for parameter ${name} is invalid. Reason: ${reason}`);
}

export function unsupported(message: string): AwsError {
  return prefixed("UnsupportedOperation", message);
}
