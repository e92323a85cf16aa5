import type { Mutant } from "./mutant.ts";

const options = ["src/options.test.ts"];
const everywhere = ["test/robustness/wrong-options.test.ts"];
const fields = ["src/harness/unknown-fields.test.ts"];

/** Faults in what keeps wrong use, which types do not see, from being green; and in what failures say of it. */
export const wrongUseMutants: readonly Mutant[] = [
  {
    name: "options that do not exist are ignored",
    file: "src/options.ts",
    find: "if (Object.hasOwn(names, option) || more.includes(option)) continue;",
    replace: "continue;",
    tests: options,
  },
  {
    name: "what every object has is an option",
    file: "src/options.ts",
    find: "Object.hasOwn(names, option)",
    replace: "option in names",
    tests: options,
  },
  {
    name: "users are told of options of our own tests",
    file: "src/options.ts",
    find: "names[name] === true",
    replace: "name in names",
    tests: everywhere,
  },
  {
    name: "send() takes any option",
    file: "src/harness/channel.ts",
    find: "      checkOptions(what, options, sendOptions, this.#declaration.endpoint.sendOptions);\n",
    replace: "",
    tests: everywhere,
  },
  {
    name: "a fault on messages takes any selection",
    file: "src/simulator/faults/message-faults.ts",
    find: "      checkOptions(`${calledFrom.name}()`, selection, selectionNames, own);\n",
    replace: "",
    tests: everywhere,
  },
  {
    name: "a fault on requests takes any selection",
    file: "src/simulator/faults/endpoint-faults.ts",
    find: "      checkOptions(`${calledFrom.name}()`, selection, requestNames, own);\n",
    replace: "",
    tests: everywhere,
  },
  {
    name: "a scope may be called by its options",
    file: "src/harness/harness.ts",
    find: 'typeof name !== "string"',
    replace: "name === undefined",
    tests: everywhere,
  },
  {
    name: "the silence of a field that no event has is proved",
    file: "src/harness/absence.ts",
    find: "if (field !== undefined) throw",
    replace: 'if (field === "") throw',
    tests: fields,
  },
  {
    name: "an event of another kind casts doubt on a field",
    file: "src/harness/unknown-fields.ts",
    find: "    if (!onlyLacks(match, payload, never ?? [])) continue;\n",
    replace: "",
    tests: fields,
  },
  {
    name: "only the latest event says which fields there are",
    file: "src/harness/unknown-fields.ts",
    find: "never?.filter((path) => absent.includes(path)) ?? absent",
    replace: "absent",
    tests: fields,
  },
  {
    name: "an optional field that no event has had is in doubt, though the schema has it",
    file: "src/harness/unknown-fields.ts",
    find: "  if (schema !== undefined && tellsItsFields(schema)) return undefined;\n",
    replace: "",
    tests: fields,
  },
  {
    name: "a field that the schema does not have is awaited",
    file: "src/harness/where.ts",
    find: "  if (schema !== undefined) checkFields(where, channel, schema);\n",
    replace: "",
    tests: fields,
  },
  {
    name: "a schema that lets other fields through is taken for one that has no others",
    file: "src/harness/schema-fields.ts",
    find: "patternProperties === undefined && additionalProperties === false",
    replace: "patternProperties === undefined",
    tests: fields,
  },
  {
    name: "only the first member of a union says which fields there are",
    file: "src/harness/schema-fields.ts",
    find: "for (const choice of choices) yield*",
    replace: "for (const choice of choices.slice(-1)) yield*",
    tests: fields,
  },
  {
    name: "the hint does not speak of the schema",
    file: "src/harness/window.ts",
    find: "return { what, circumstance: why };",
    replace: "return { what };",
    tests: ["src/harness/exactly.test.ts"],
  },
  {
    name: "exactly() does not pass the reason on that its hint rests on",
    file: "src/harness/exactly.ts",
    find: "{ lateness, ...(circumstance && { circumstance }) }",
    replace: "{ lateness, ...(circumstance && {}) }",
    tests: ["src/harness/exactly.test.ts"],
  },
  {
    name: "what contradicts a proof is put down to a send that came after it",
    file: "src/harness/absence.ts",
    find: "startedAt >= concludedAt && startedAt <= arrivedAt",
    replace: "startedAt >= concludedAt",
    tests: ["src/harness/contradiction.test.ts"],
  },
  {
    name: "receives of a dead letter are told as deliveries of it",
    file: "src/harness/failure.ts",
    find: "?.deadLetters && { deadLetter: true }",
    replace: "?.deadLetters && {}",
    tests: ["src/harness/dead-letters.test.ts"],
  },
  {
    name: "a probe is called by what a compiler made of it",
    file: "src/probe/wait.ts",
    find: "placeInSource(origin()) ?? ",
    replace: "",
    tests: ["src/probe/real-time.test.ts"],
  },
  {
    name: "a time-out that finds no wait pending tells nothing",
    file: "src/harness/scope.ts",
    find: "if (ended.length > 0) return ended;",
    replace: "return ended;",
    tests: ["src/harness/harness.test.ts"],
  },
];
