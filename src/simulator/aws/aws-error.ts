/** An error in AWS's own terms; each wire front writes it in its protocol. */
export class AwsError extends Error {
  override readonly name = "AwsError";
  /** The shape's name: "QueueDoesNotExist". */
  readonly code: string;
  readonly status: number;
  /** The code of the older query protocol, where it differs: "AWS.SimpleQueueService.NonExistentQueue". */
  readonly queryCode: string;

  constructor(code: string, message: string, options: { status?: number; queryCode?: string } = {}) {
    super(message);
    this.code = code;
    this.status = options.status ?? 400;
    this.queryCode = options.queryCode ?? code;
  }
}
