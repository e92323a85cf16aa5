/** One message type, `Order`, by each library that `wakeful/codecs` is tested with. */
import { create, createFileRegistry, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import protobufjs from "protobufjs";
import type { ProtobufType } from "../../src/codecs/index.ts";

/** A type of protobufjs, as it is. */
export const orderOfProtobufjs = protobufjs
  .parse(
    `syntax = "proto3";
     message Order { string id = 1; int32 amount = 2; bytes blob = 3; repeated Line lines = 4; }
     message Line { string sku = 1; }`,
  )
  .root.lookupType("Order");

const { STRING, INT32, BYTES, MESSAGE } = FieldDescriptorProto_Type;
const { OPTIONAL, REPEATED } = FieldDescriptorProto_Label;
const registry = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: "order.proto",
    syntax: "proto3",
    messageType: [
      {
        name: "Order",
        field: [
          { name: "id", number: 1, type: STRING, label: OPTIONAL, jsonName: "id" },
          { name: "amount", number: 2, type: INT32, label: OPTIONAL, jsonName: "amount" },
          { name: "blob", number: 3, type: BYTES, label: OPTIONAL, jsonName: "blob" },
          { name: "lines", number: 4, type: MESSAGE, typeName: ".Line", label: REPEATED, jsonName: "lines" },
        ],
      },
      { name: "Line", field: [{ name: "sku", number: 1, type: STRING, label: OPTIONAL, jsonName: "sku" }] },
    ],
  }),
  () => undefined,
);
const OrderSchema = registry.getMessage("Order");
if (OrderSchema === undefined) throw new Error("no Order");

/** The two lines that protobuf-es needs. */
export const orderOfProtobufEs: ProtobufType = {
  name: OrderSchema.typeName,
  encode: (order: MessageInitShape<typeof OrderSchema>) => toBinary(OrderSchema, create(OrderSchema, order)),
  decode: (bytes) => fromBinary(OrderSchema, bytes),
};
