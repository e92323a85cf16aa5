import { AwsError } from "../aws-error.ts";

export function invalid(reason: string): AwsError {
  return new AwsError("InvalidParameter", `Invalid parameter: ${reason}`);
}

export function notFound(message: string): AwsError {
  return new AwsError("NotFound", message, { status: 404 });
}
