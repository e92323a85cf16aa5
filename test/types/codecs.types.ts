/** Checked by the compiler only (`npm run check`): what is a protobuf type or a codec, and what is not. */
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import protobufjs from "protobufjs";
import { type JsonEnvelope, json, openProtobufEnvelope, protobuf, protobufEnvelope } from "../../src/codecs/index.ts";
import { snsSqs } from "../../src/transports/sns-sqs/index.ts";

const aws = snsSqs({ sns: new SNS({}), sqs: new SQS({}) });

interface Order {
  id: string;
}

// a type of protobufjs, and a class that its pbjs generated
const reflected = protobufjs.parse("message Order { optional string id = 1; }").root.lookupType("Order");
protobuf(reflected);
declare const Generated: {
  new (properties?: Order): Order;
  encode(message: Order, writer?: protobufjs.Writer): protobufjs.Writer;
  decode(reader: protobufjs.Reader | Uint8Array, length?: number): Order;
  verify(message: Record<string, unknown>): string | null;
};
protobuf(Generated, { body: "bytes" });

// what ts-proto generates
declare const TsProto: {
  encode(message: Order, writer?: { finish(): Uint8Array }): { finish(): Uint8Array };
  decode(input: { buffer: Uint8Array } | Uint8Array, length?: number): Order;
  fromPartial(object: Partial<Order>): Order;
};
protobufEnvelope({ type: TsProto });

// protobuf-es needs two lines; its schema alone is no type
protobuf({
  name: TimestampSchema.typeName,
  encode: (time: MessageInitShape<typeof TimestampSchema>) => toBinary(TimestampSchema, create(TimestampSchema, time)),
  decode: (bytes) => fromBinary(TimestampSchema, bytes),
});
// @ts-expect-error -- it has no encode
protobuf(TimestampSchema);
// @ts-expect-error -- text is no message
protobuf({ encode: () => "text", decode: () => ({}) });
// @ts-expect-error -- no such form
protobuf(reflected, { body: "text" });
// @ts-expect-error -- the type of the data is needed
protobufEnvelope({ topic: "orders" });

const { metadata, data } = openProtobufEnvelope("", reflected);
void (metadata.timestamp + 1);
// @ts-expect-error -- what the type makes of it is unknown
void data.id;
// it can be read as a JSON envelope is
void (openProtobufEnvelope("", reflected) satisfies JsonEnvelope);

// a codec: static, an instance, plain
declare const Static: {
  new (): object;
  readonly name: string;
  encode(order: Order): string;
  decode(body: string | Uint8Array): Order;
};
class Instance {
  readonly name = "instance";
  encode(order: Order): Uint8Array {
    return new TextEncoder().encode(order.id);
  }
  decode(body: string | Uint8Array): Order {
    return { id: String(body) };
  }
}
aws.topic("a", { codec: Static });
aws.topic("a", { codec: new Instance() });
aws.topic("a", { codec: { name: "a", encode: String, decode: (body, { form }) => json().decode(form ?? body, {}) } });
// @ts-expect-error -- a type of protobuf is no codec: its bytes need a form on the wire
aws.topic("a", { codec: reflected });
// @ts-expect-error -- nor is what encodes later
aws.topic("a", { codec: { name: "late", encode: async (order: Order) => Promise.resolve(order.id), decode: String } });
// @ts-expect-error -- no name: reports could not say what refused a body
aws.topic("a", { codec: { encode: String, decode: String } });
