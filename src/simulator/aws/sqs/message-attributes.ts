import type { TypedAttribute, TypedAttributes } from "../../broker/message.ts";
import { AwsError } from "../aws-error.ts";
import { isObject } from "../is-object.ts";
import { type Input, map } from "./input.ts";

const mostAttributes = 10;
const longestName = 256;
const nameForm = /^[A-Za-z0-9_.-]+$/;
const reserved = /^(aws|amazon)\./i;
const typeForm = /^(String|Number|Binary)(\..+)?$/;
const numberForm = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

// one object for all messages without attributes
const none: TypedAttributes = {};

/** The message attributes of a send. Source: ReceiveMessage, MessageAttributeNames; Developer Guide, "Message metadata". */
export function messageAttributes(input: Input): TypedAttributes {
  const given = map(input, "MessageAttributes");
  const names = Object.keys(given);
  if (names.length === 0) return none;
  if (names.length > mostAttributes) {
    throw refused(`Number of message attributes [${names.length}] exceeds the allowed maximum [${mostAttributes}].`);
  }
  return Object.fromEntries(
    names.map((name) => {
      checkName(name);
      return [name, typed(name, given[name])];
    }),
  );
}

/** The one system attribute that can be sent. */
export function traceHeader(input: Input): string | undefined {
  let header: string | undefined;
  for (const [name, value] of Object.entries(map(input, "MessageSystemAttributes"))) {
    if (name !== "AWSTraceHeader") throw refused(`Message system attribute name '${name}' is invalid.`);
    const { dataType, stringValue } = typed(name, value);
    if (dataType !== "String" || stringValue === undefined)
      throw refused(`The message system attribute '${name}' must be of type 'String'.`);
    header = stringValue;
  }
  return header;
}

/** What counts towards the size of a message. */
export function sizeOf(attributes: TypedAttributes): number {
  if (attributes === none) return 0;
  return Object.entries(attributes).reduce(
    (sum, [name, { dataType, stringValue, binaryValue }]) =>
      sum +
      Buffer.byteLength(name) +
      Buffer.byteLength(dataType) +
      Buffer.byteLength(stringValue ?? "") +
      (binaryValue?.byteLength ?? 0),
    0,
  );
}

/** Those that a receive asked for: by name, by the prefix "name.*", or all. */
export function wantedOf(attributes: TypedAttributes, names: readonly string[]): TypedAttributes {
  if (names.length === 0 || attributes === none) return none;
  return Object.fromEntries(
    Object.entries(attributes).filter(([name]) =>
      names.some(
        (wanted) =>
          wanted === "All" ||
          wanted === ".*" ||
          wanted === name ||
          (wanted.endsWith(".*") && name.startsWith(wanted.slice(0, -2))),
      ),
    ),
  );
}

/** As the JSON protocol carries them. */
export function onWire(attributes: TypedAttributes): object {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { dataType, stringValue, binaryValue }]) => [
      name,
      {
        DataType: dataType,
        ...(stringValue !== undefined && { StringValue: stringValue }),
        ...(binaryValue !== undefined && { BinaryValue: Buffer.from(binaryValue).toString("base64") }),
      },
    ]),
  );
}

function checkName(name: string): void {
  if (reserved.test(name)) {
    throw refused(
      "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal use.",
    );
  }
  if (!nameForm.test(name)) {
    throw refused(
      `The message attribute name '${name}' is invalid. Attribute name can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.) characters.`,
    );
  }
  if (name.startsWith(".") || name.endsWith(".") || name.includes(".."))
    throw refused(
      `The message attribute name '${name}' must not start or end with a period, nor have two in succession.`,
    );
  if (name.length > longestName) throw refused(`Message attribute name must be shorter than ${longestName} bytes.`);
}

function typed(name: string, value: unknown): TypedAttribute {
  const { DataType: dataType, StringValue: string, BinaryValue: binary } = isObject(value) ? value : {};
  if (typeof dataType !== "string" || !typeForm.test(dataType) || dataType.length > longestName) {
    throw refused(
      `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
    );
  }
  if (dataType.startsWith("Binary")) {
    if (typeof binary !== "string" || binary === "") throw empty(name, dataType);
    return { dataType, binaryValue: Buffer.from(binary, "base64") };
  }
  if (typeof string !== "string" || string === "") throw empty(name, dataType);
  if (dataType.startsWith("Number") && !numberForm.test(string))
    throw refused(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  checkCharacters(string);
  return { dataType, stringValue: string };
}

// XML 1.0 characters: the only ones that SQS takes
const notAllowed = /[^\u0009\u000A\u000D\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** Of bodies and of attributes' strings. */
export function checkCharacters(text: string): void {
  if (notAllowed.test(text)) {
    throw new AwsError(
      "InvalidMessageContents",
      "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
    );
  }
}

function empty(name: string, dataType: string): AwsError {
  const type = dataType.replace(/\..*/, "");
  return refused(`Message (user) attribute '${name}' must contain a non-empty value of type '${type}'.`);
}

function refused(message: string): AwsError {
  return new AwsError("InvalidParameterValue", message);
}
