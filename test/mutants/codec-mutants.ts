import type { Mutant } from "./mutant.ts";

const codecs = ["src/codecs"];
const acceptance = ["test/acceptance/codecs.test.ts"];

/** Codecs that take what is none of theirs, or leave out what they were given: each would be green where nothing was shown. */
export const codecMutants: readonly Mutant[] = [
  {
    name: "base64 is taken leniently",
    file: "src/codecs/base64.ts",
    find: 'if (bytes.toString("base64") !== text)',
    replace: 'if (bytes.length === 0 && text !== "")',
    tests: codecs,
  },
  {
    name: "a message that is cut off is read as far as it goes",
    file: "src/codecs/protobuf-wire.ts",
    find: "    if (length > bytes.length - at)",
    replace: "    if (at > bytes.length)",
    tests: codecs,
  },
  {
    name: "a group that does not end is fine",
    file: "src/codecs/protobuf-wire.ts",
    find: "  if (groups.length > 0) throw",
    replace: "  if (groups.length > 1_000) throw",
    tests: codecs,
  },
  {
    name: "any group's end ends a group",
    file: "src/codecs/protobuf-wire.ts",
    find: "groups.pop() !== number",
    replace: "groups.pop() === undefined",
    tests: codecs,
  },
  {
    name: "field number 0 is fine",
    file: "src/codecs/protobuf-wire.ts",
    find: "if (number === 0 || tag > largestTag)",
    replace: "if (tag > largestTag)",
    tests: codecs,
  },
  {
    name: "whether a message is whole is left to the user's library",
    file: "src/codecs/protobuf-type.ts",
    find: "  readFields(bytes);\n",
    replace: "  void readFields;\n",
    tests: codecs,
  },
  {
    name: "a field that the type does not know is lost without a word",
    file: "src/codecs/protobuf-type.ts",
    find: "if (lost !== undefined) throw",
    replace: "if (lost?.length === 0) throw",
    tests: codecs,
  },
  {
    name: "a field lost further in is not told",
    file: "src/codecs/lost-field.ts",
    find: "search(part, (other as Record<string, unknown>)[key], at)",
    replace: "undefined",
    tests: codecs,
  },
  {
    name: "what is read under another name counts as lost",
    file: "src/codecs/lost-field.ts",
    find: "!isDefault(part) && !changes(at)",
    replace: "!isDefault(part)",
    tests: codecs,
  },
  {
    name: "the type's own check is not asked",
    file: "src/codecs/protobuf-type.ts",
    find: "type.verify?.(payload) ?? null",
    replace: "null as string | null",
    tests: codecs,
  },
  {
    name: "an unknown data_encoding is taken for plain data",
    file: "src/codecs/protobuf-envelope.ts",
    find: "      throw new TypeError(`unknown data_encoding ${JSON.stringify(encoding)}`);",
    replace: "      return data;",
    tests: codecs,
  },
  {
    name: "what says no data_encoding is an envelope too",
    file: "src/codecs/protobuf-envelope.ts",
    find: '      throw new TypeError("not an envelope: no metadata.data_encoding");',
    replace: "      return data;",
    tests: codecs,
  },
  {
    name: "a field of the envelope that is written otherwise counts as missing",
    file: "src/codecs/protobuf-envelope.ts",
    find: "field.number === number)",
    replace: "field.number === number && field.kind === kind)",
    tests: codecs,
  },
  {
    name: "of a text that comes twice the first counts",
    file: "src/codecs/protobuf-envelope.ts",
    find: 'decoder.decode(contentsOf(fields, number, "bytes").at(-1))',
    replace: 'decoder.decode(contentsOf(fields, number, "bytes").at(0))',
    tests: codecs,
  },
  {
    name: "texts of the envelope may be no UTF-8",
    file: "src/codecs/protobuf-envelope.ts",
    find: 'const decoder = new TextDecoder("utf-8", { fatal: true });',
    replace: 'const decoder = new TextDecoder("utf-8");',
    tests: codecs,
  },
  {
    name: "60,000 bytes are compressed, which tomodachi does from 60,001 on",
    file: "src/codecs/protobuf-envelope.ts",
    find: "data.length > compressedAbove",
    replace: "data.length >= compressedAbove",
    tests: codecs,
  },
  {
    name: "a small body may unfold to any size",
    file: "src/codecs/compression.ts",
    find: ", { maxOutputLength: longestDecompressed }",
    replace: "",
    tests: codecs,
  },
  {
    name: "a codec does not get the attributes",
    file: "src/harness/intake.ts",
    find: "this.#codec.decode(body as string | Uint8Array, attributes)",
    replace: "this.#codec.decode(body as string | Uint8Array, {})",
    tests: acceptance,
  },
  {
    name: "a test may send what the app would refuse",
    file: "src/harness/send.ts",
    find: "  if (result?.issues) throw",
    replace: "  if (result?.issues?.length === 0) throw",
    tests: acceptance,
  },
  {
    name: "an app may publish another shape than its contract",
    file: "src/harness/intake.ts",
    find: '      if (result.issues) refuse("schema mismatch", formatIssues(result.issues), payload);\n      else accept(result.value);',
    replace:
      '      if (result.issues?.length === 0) refuse("schema mismatch", formatIssues(result.issues), payload);\n      else accept("value" in result ? result.value : payload);',
    tests: acceptance,
  },
];
