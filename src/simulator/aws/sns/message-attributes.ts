import type { TypedAttribute, TypedAttributes } from "../../broker/message.ts";
import { AwsError } from "../aws-error.ts";
import type { QueryValue } from "../query.ts";
import type { Input } from "./call.ts";
import { optionalText, structures } from "./input.ts";

const longestName = 256;

/** Reads and checks the attributes of a message. Source: SNS Developer Guide, "Message attribute items and validation". */
export function messageAttributes(value: QueryValue | undefined): TypedAttributes {
  const attributes: Record<string, TypedAttribute> = Object.create(null) as Record<string, TypedAttribute>;
  for (const entry of structures(value)) {
    const name = optionalText(entry, "Name") ?? "";
    checkName(name);
    if (name in attributes) throw refused(`The message attribute name '${name}' is not unique.`);
    attributes[name] = attributeOf(name, entry["Value"]);
  }
  return attributes;
}

/** What a message weighs: its body, and all parts of its attributes. */
export function sizeOf(body: string, attributes: TypedAttributes): number {
  return Object.entries(attributes).reduce(
    (sum, [name, { dataType, stringValue, binaryValue }]) =>
      sum +
      Buffer.byteLength(name) +
      Buffer.byteLength(dataType) +
      (binaryValue?.byteLength ?? Buffer.byteLength(stringValue ?? "")),
    Buffer.byteLength(body),
  );
}

function attributeOf(name: string, value: QueryValue | undefined): TypedAttribute {
  const given: Input = typeof value === "object" && !Array.isArray(value) ? (value as Input) : {};
  const dataType = optionalText(given, "DataType") ?? "";
  if (!/^(String|Number|Binary)(\..+)?$/.test(dataType))
    throw refused(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  const text = optionalText(given, "StringValue");
  const binary = optionalText(given, "BinaryValue");
  if (!(dataType.startsWith("Binary") ? binary : text))
    throw refused(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${dataType}'.`,
    );
  if (dataType.startsWith("Binary")) return { dataType, binaryValue: Buffer.from(binary ?? "", "base64") };
  const isNumber = dataType === "Number" || (dataType.startsWith("Number.") && dataType !== "Number.Array");
  if (isNumber && !Number.isFinite(Number(text)))
    throw refused(`Could not cast message attribute '${name}' value to number.`);
  return { dataType, stringValue: text ?? "" };
}

function checkName(name: string): void {
  const other = /[^A-Za-z0-9_.-]/.exec(name)?.[0];
  if (other !== undefined)
    throw refused(
      `Invalid non-alphanumeric character '#x${other.charCodeAt(0).toString(16).toUpperCase()}' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.`,
    );
  if (name === "" || name.length > longestName)
    throw refused("Length of message attribute name must be between 1 and 256 bytes.");
  if (/^(aws|amazon)\./i.test(name))
    throw refused(`The message attribute name '${name}' starts with a prefix that is reserved.`);
  if (name.startsWith(".")) throw refused("Invalid message attribute name starting with character '.' was found.");
  if (name.endsWith(".")) throw refused("Invalid message attribute name ending with character '.' was found.");
  if (name.includes("..")) throw refused("Message attribute name can not have successive '.' character.");
}

function refused(message: string): AwsError {
  return new AwsError("ParameterValueInvalid", message);
}
