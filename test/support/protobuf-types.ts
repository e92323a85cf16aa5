/** One message type, `Order`, by each library that `wakeful/codecs` is tested with. */
import { create, createFileRegistry, type DescMessage, fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, type FieldDescriptorProto_Label, FieldDescriptorProto_Type } from "@bufbuild/protobuf/wkt";
import protobufjs from "protobufjs";
import type { ProtobufType } from "../../src/codecs/index.ts";

const proto = `
  syntax = "proto3";
  message Order {
    string id = 1;
    int32 amount = 2;
    repeated Line lines = 3;
    bytes blob = 4;
    map<string, string> notes = 5;
  }
  message Line { string sku_code = 1; double price = 2; }
`;

/** A type of protobufjs, as it is. Its fields are in camelCase, as is its custom. */
export const orderOfProtobufjs = protobufjs.parse(proto).root.lookupType("Order");
