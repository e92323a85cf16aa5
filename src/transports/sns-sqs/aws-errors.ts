import { WakefulError, wakefulError } from "../../errors.ts";

const noConnection = new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ETIMEDOUT"]);

/** The SDK's error as one of ours where it is a known mistake; itself otherwise. */
export function explain(error: unknown, client: "SNS" | "SQS"): unknown {
  if (error instanceof WakefulError || !(error instanceof Error)) return error;
  const { name, message } = error;
  if (name === "CredentialsProviderError" || /could not load credentials/i.test(message)) {
    return wakefulError("MISSING_CREDENTIALS", { client }, { cause: error });
  }
  const code = codeOf(error);
  if (code !== undefined && noConnection.has(code)) {
    const { address, port } = error as { address?: string; port?: number };
    const endpoint = address === undefined ? `the ${client} client's endpoint` : `${address}:${port ?? ""}`;
    return wakefulError("WRONG_ENDPOINT", { endpoint, problem: code }, { cause: error });
  }
  // an answer that is not of this protocol at all: a web server, a proxy
  const response = (error as { $response?: { headers?: Record<string, string> } }).$response;
  const type = response?.headers?.["content-type"] ?? "";
  if (name === "SyntaxError" || /deserialization error/i.test(message) || type.startsWith("text/html")) {
    return wakefulError(
      "WRONG_ENDPOINT",
      { endpoint: `the ${client} client's endpoint`, problem: message.split("\n")[0] ?? name },
      { cause: error },
    );
  }
  return error;
}

/** Whether nobody listens there any more, as when a broker was closed before its readers. */
export function isRefused(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === "ECONNREFUSED";
}

function codeOf(error: Error): string | undefined {
  const { code, errors, cause } = error as { code?: unknown; errors?: unknown; cause?: unknown };
  if (typeof code === "string") return code;
  if (Array.isArray(errors))
    return errors
      .map((each: unknown) => (each instanceof Error ? codeOf(each) : undefined))
      .find((each) => each !== undefined);
  return cause instanceof Error ? codeOf(cause) : undefined;
}

/** Whether the broker says that the topic or queue does not exist. */
export function isMissing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error.name === "QueueDoesNotExist" ||
    error.name === "AWS.SimpleQueueService.NonExistentQueue" ||
    error.name === "NotFoundException" ||
    error.name === "NotFound"
  );
}

/** Whether a FIFO topic or queue refused what had no deduplication id, and makes none of the body itself. */
export function wantsDeduplicationId(error: unknown): boolean {
  return (
    error instanceof Error &&
    error.message.includes("ContentBasedDeduplication enabled or MessageDeduplicationId provided")
  );
}
