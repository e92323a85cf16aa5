import type { Attributes, IncomingMessage, UndecodableMessage } from "../../contracts/index.ts";
import type { AttributeValue, SqsMessage } from "./client.ts";

/** Attributes as AWS types them: text is String, bytes are Binary. */
export function toAwsAttributes(attributes: Attributes): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === "string"
        ? { DataType: "String", StringValue: value }
        : { DataType: "Binary", BinaryValue: value },
    ]),
  );
}

/** Attributes that came, as they can be sent again, with their types. */
export function copyOfAttributes(attributes: Record<string, AttributeValue>): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      { DataType, ...(BinaryValue === undefined ? { StringValue } : { BinaryValue }) },
    ]),
  );
}

interface Wrapper {
  readonly Type: "Notification";
  readonly Message: string;
  readonly MessageAttributes?: Readonly<Record<string, { readonly Type: string; readonly Value: string }>>;
}

/**
 * A message of a queue in the one shape that every path has: the wrapper of a subscription that is not raw is taken off,
 * and its attributes are the message's.
 */
export function fromSqs(
  message: SqsMessage,
  virtualTime: boolean,
): { read: IncomingMessage } | { failed: UndecodableMessage } {
  const id = message.MessageId ?? "";
  const direct = fromAwsAttributes(message.MessageAttributes);
  if (message.Body === undefined) {
    return { failed: { id, raw: message, attributes: direct, cause: new TypeError("the message has no body") } };
  }
  const wrapper = unwrap(message.Body);
  const sent = Number(message.Attributes?.["SentTimestamp"]);
  const sentAt = Number.isFinite(sent) ? new Date(sent) : undefined;
  const key = message.Attributes?.["MessageGroupId"];
  return {
    read: {
      id,
      body: wrapper?.Message ?? message.Body,
      attributes: wrapper === undefined ? direct : { ...direct, ...fromWrapper(wrapper) },
      deliveries: Number(message.Attributes?.["ApproximateReceiveCount"] ?? 1),
      raw: message,
      ...(key !== undefined && { key }),
      ...(sentAt !== undefined && (virtualTime ? { virtualSentAt: sentAt } : { sentAt })),
    },
  };
}

function fromAwsAttributes(attributes: Record<string, AttributeValue> = {}): Record<string, string | Uint8Array> {
  const result: Record<string, string | Uint8Array> = {};
  for (const [name, { StringValue, BinaryValue }] of Object.entries(attributes)) {
    const value = StringValue ?? BinaryValue;
    if (value !== undefined) result[name] = value;
  }
  return result;
}

function fromWrapper({ MessageAttributes = {} }: Wrapper): Record<string, string | Uint8Array> {
  return Object.fromEntries(
    Object.entries(MessageAttributes).map(([name, { Type, Value }]) => [
      name,
      Type.startsWith("Binary") ? new Uint8Array(Buffer.from(Value, "base64")) : Value,
    ]),
  );
}

function unwrap(body: string): Wrapper | undefined {
  if (!body.startsWith("{") || !body.includes('"Notification"')) return undefined;
  try {
    const value = JSON.parse(body) as Partial<Wrapper> & { TopicArn?: unknown };
    return value.Type === "Notification" && typeof value.Message === "string" && typeof value.TopicArn === "string"
      ? (value as Wrapper)
      : undefined;
  } catch {
    // not a wrapper: the body itself, which the channel's codec will judge
    return undefined;
  }
}
