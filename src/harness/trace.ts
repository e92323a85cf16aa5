import { harnessTraceMark, isHarnessTrace } from "../time/index.ts";

const bytesOfHarness = 4;
const form = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/;

/** What all trace ids of one harness begin with. */
export function newTracePrefix(): string {
  return harnessTraceMark + randomHex(bytesOfHarness);
}

/** A new trace id of a harness: 32 hex digits (https://www.w3.org/TR/trace-context/#trace-id). */
export function newTraceId(prefix: string): string {
  return prefix + randomHex(12 - bytesOfHarness);
}

/** A new span id: 16 hex digits. Each send has its own, so that what it causes is known by it. */
export function newSpanId(): string {
  return randomHex(8);
}

/** The `traceparent` header of a trace and span. */
export function traceparent(traceId: string, spanId: string): string {
  return `00-${traceId}-${spanId}-01`;
}

/** Reads a `traceparent`; undefined when it is absent or not one. */
export function parseTraceparent(
  value: string | Uint8Array | undefined,
): { readonly traceId: string; readonly spanId: string } | undefined {
  if (typeof value !== "string") return undefined;
  const parts = form.exec(value);
  return parts === null ? undefined : { traceId: parts[1] as string, spanId: parts[2] as string };
}

/** Random bytes as hex digits. By the global `crypto`, which costs nothing to import. */
function randomHex(bytes: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString("hex");
}

/** The trace of a harness that an event bears: in its attributes or its context, or as its correlation. */
export function harnessTraceOf({
  traceId,
  correlation,
}: {
  readonly traceId?: string;
  readonly correlation?: string;
}): string | undefined {
  return [traceId, correlation].find((id) => id !== undefined && isHarnessTrace(id));
}
