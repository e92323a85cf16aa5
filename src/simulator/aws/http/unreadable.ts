/** Why node:http refused a connection's bytes; undefined when the other side has only left. */
export function unreadable(error: Error & { readonly code?: string }): string | undefined {
  const { code = "", message } = error;
  // in the middle of a request
  if (code === "HPE_INVALID_EOF_STATE") return undefined;
  return code.startsWith("HPE_") || code === "ERR_HTTP_REQUEST_TIMEOUT" ? message : undefined;
}
