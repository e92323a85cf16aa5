import type { AnyDeclaration } from "../contracts/index.ts";
import { WakefulError, wakefulError } from "../errors.ts";
import { traceContext } from "../time/index.ts";
import { codecOf } from "./intake.ts";
import { formatIssues } from "./schema-issues.ts";
import type { ScopeCore } from "./scope-core.ts";
import { newSpanId, traceparent } from "./trace.ts";
import type { SendOptions, SentEvent } from "./types.ts";

const rememberedSpans = 100_000;

/** Checks a payload by the input side of the channel's schema. It is sent as given, not as parsed. */
export async function checkPayload(channel: string, declaration: AnyDeclaration, payload: unknown): Promise<void> {
  const result = await declaration.schema?.["~standard"].validate(payload);
  if (result?.issues) throw wakefulError("PAYLOAD_REJECTED", { channel, issues: formatIssues(result.issues) });
}

/** Turns a payload into what the endpoint carries. */
export function encode(channel: string, declaration: AnyDeclaration, payload: unknown): unknown {
  const codec = codecOf(declaration);
  if (codec === undefined) return payload;
  let cause: unknown;
  try {
    const body: unknown = codec.encode(payload);
    if (typeof body === "string" || body instanceof Uint8Array) return body;
    // it may yet reject, and nobody waits for it
    if (body instanceof Promise) body.catch(() => undefined);
    cause = new TypeError(`encode() returned ${typeof body} instead of text or bytes`);
  } catch (error) {
    cause = error;
  }
  throw wakefulError("ENCODING_FAILED", { channel, codec: codec.name }, { cause });
}

/** Sends a body as it is, with the scope's trace, and writes it into the journal. */
export async function sendBody(
  scope: ScopeCore,
  channel: string,
  declaration: AnyDeclaration,
  message: { readonly body: unknown; readonly payload: unknown },
  options: SendOptions | undefined,
  signal: AbortSignal,
): Promise<SentEvent> {
  const { endpoint } = declaration;
  if (endpoint.send === undefined) throw wakefulError("NOT_SENDABLE", { channel });
  const { clock, journal, spans } = scope.harness;
  const spanId = newSpanId();
  const { attributes: given, key, signal: _, ...own } = options ?? {};
  const attributes = { traceparent: traceparent(scope.traceId, spanId), ...given };
  const outgoing = { body: message.body, attributes, ...(key !== undefined && { key }), options: own };
  const startedAt = clock.now();
  const sentAt = new Date(clock.wall());
  spans.set(spanId, startedAt);
  if (spans.size > rememberedSpans) spans.delete(spans.keys().next().value as string);
  try {
    const receipt = await traceContext.run({ traceId: scope.traceId }, () => endpoint.send?.(outgoing, signal));
    if (receipt === undefined) throw wakefulError("NOT_SENDABLE", { channel });
    const { reached, duplicate } = receipt;
    const known = { ...(reached !== undefined && { reached }), ...(duplicate !== undefined && { duplicate }) };
    const entry = journal.append({
      kind: "sent",
      scope: scope.id,
      channel,
      id: receipt.id,
      payload: message.payload,
      attributes,
      startedAt,
      ...(key !== undefined && { key }),
      ...known,
    });
    scope.sent.push(entry);
    return {
      id: receipt.id,
      channel,
      payload: message.payload,
      attributes,
      sequence: entry.sequence,
      sentAt,
      ...known,
    };
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof WakefulError) throw cause;
    throw wakefulError("SEND_FAILED", { channel }, { cause });
  }
}
