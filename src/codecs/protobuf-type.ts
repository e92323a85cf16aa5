import { wakefulError } from "../errors.ts";
import { tellValue } from "../options.ts";
import { findLoss, withoutField } from "./find-loss.ts";
import { readFields } from "./protobuf-wire.ts";

/**
 * A message type of the user's own protobuf library, which Wakeful does not import. A type of protobufjs, a class that its
 * `pbjs` generated, and a type of ts-proto fit as they are; for others it is an object of two lines.
 *
 * @example protobuf-es
 * ```ts
 * const order: ProtobufType = {
 *   name: OrderSchema.typeName,
 *   encode: (payload: MessageInitShape<typeof OrderSchema>) => toBinary(OrderSchema, create(OrderSchema, payload)),
 *   decode: (bytes) => fromBinary(OrderSchema, bytes),
 * };
 * ```
 */
export interface ProtobufType {
  /** For reports: "Order". */
  readonly name?: string;
  /** The bytes of a payload, or a writer that has them. */
  encode(payload: unknown): Uint8Array | { finish(): Uint8Array };
  /** The payload of these bytes. Throws where they are no message of this type. */
  decode(bytes: Uint8Array): unknown;
  /** What is wrong with a payload, or null. protobufjs checks no types while it encodes, but does here. */
  verify?(payload: unknown): string | null;
}

/** Throws `INVALID_OPTION` for what cannot encode and decode, such as a schema of protobuf-es by itself. */
export function checkType(type: ProtobufType, option: string): void {
  const { encode, decode } = (type as Partial<ProtobufType> | null | undefined) ?? {};
  if (typeof encode === "function" && typeof decode === "function") return;
  const expected = "an object with encode(payload) and decode(bytes), such as a type of protobufjs";
  throw wakefulError("INVALID_OPTION", { option, value: tellValue(type), expected });
}

/** The bytes of a payload. Throws for one that the type refuses, has not all fields of, or no room for a number of. */
export function encodeMessage(type: ProtobufType, payload: unknown): Uint8Array {
  const problem = type.verify?.(payload) ?? null;
  if (problem !== null) throw new TypeError(`${nameOf(type)}: ${problem}`);
  const bytes = bytesOf(type, payload);
  const loss = findLoss(payload, type.decode(bytes), (place) => changes(type, payload, bytes, place));
  if (loss === undefined) return bytes;
  const { place, writtenAs } = loss;
  throw new TypeError(
    writtenAs === undefined
      ? `${nameOf(type)} has no field ${place.join(".")}: it would be lost`
      : `${nameOf(type)}: ${place.join(".") || "the payload"} does not fit: it would be written as ${writtenAs}`,
  );
}

/** The payload of these bytes, which must be a whole message: not every library tells one that was cut off. */
export function decodeMessage(type: ProtobufType, bytes: Uint8Array): unknown {
  readFields(bytes);
  return type.decode(bytes);
}

/** What reports call it; generated classes without a name have an empty one. */
export function nameOf({ name }: ProtobufType): string {
  return name === undefined || name === "" ? "message" : name;
}

function bytesOf(type: ProtobufType, payload: unknown): Uint8Array {
  const written = type.encode(payload);
  const bytes: unknown = "finish" in written ? written.finish() : written;
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${nameOf(type)}: encode() gave no Uint8Array`);
  // a plain copy: writers of Node give a Buffer, which libraries treat otherwise
  return new Uint8Array(bytes);
}

function changes(type: ProtobufType, payload: unknown, bytes: Uint8Array, place: readonly string[]): boolean {
  try {
    const other = bytesOf(type, withoutField(payload, place));
    return other.length !== bytes.length || other.some((byte, index) => byte !== bytes[index]);
  } catch {
    // it cannot be left out: it is known
    return true;
  }
}
