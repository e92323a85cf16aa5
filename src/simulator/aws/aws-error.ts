/** The two namespaces of errors in AWS's JSON protocols: the service's own, and that of the framework around all services. */
export type ErrorNamespace = "com.amazonaws.sqs" | "com.amazon.coral.service";

/** An error in AWS's own terms; each wire front writes it in its protocol. */
export class AwsError extends Error {
  override readonly name = "AwsError";
  /** The shape's name: "QueueDoesNotExist". */
  readonly code: string;
  readonly status: number;
  /** The code of the older query protocol, where it differs: "AWS.SimpleQueueService.NonExistentQueue". */
  readonly queryCode: string;
  readonly namespace: ErrorNamespace;

  constructor(
    code: string,
    message: string,
    options: { status?: number; queryCode?: string; namespace?: ErrorNamespace } = {},
  ) {
    super(message);
    this.code = code;
    this.status = options.status ?? 400;
    this.queryCode = options.queryCode ?? code;
    this.namespace = options.namespace ?? "com.amazonaws.sqs";
  }
}

/** An error that no service makes: the request did not get that far. */
export function frameworkError(
  code: string,
  message: string,
  options: { status?: number; queryCode?: string } = {},
): AwsError {
  return new AwsError(code, message, { ...options, namespace: "com.amazon.coral.service" });
}
