import { expect, test } from "vitest";
import { UsageError } from "./errors.ts";
import { checkOptions } from "./options.ts";

const names = { within: true, since: true, signal: true, clock: false };

function refusal(given: unknown, more?: readonly string[]): UsageError {
  try {
    checkOptions("next on orders", given, names, more);
  } catch (error) {
    if (error instanceof UsageError) return error;
  }
  throw new Error("it was not refused");
}

test("an option that does not exist is refused, with the one that was meant and all that there are", () => {
  const { code, message, facts } = refusal({ within: "1s", witin: "5s" }, ["delay"]);
  expect(code).toBe("INVALID_OPTION");
  expect(message).toBe(
    'next on orders has no option "witin"\nDid you mean within? It has: within, since, signal, delay.',
  );
  expect(facts).toEqual({
    of: "next on orders",
    option: "witin",
    similar: ["within"],
    known: ["within", "since", "signal", "delay"],
  });
});

test("nothing is meant by a name that is like none", () => {
  expect(refusal({ filter: 1 }).message).toBe('next on orders has no option "filter"\nIt has: within, since, signal.');
});

test.for(["constructor", "toString", "hasOwnProperty"])("what every object has is no option: %s", (option) => {
  expect(refusal({ [option]: 1 }).facts).toMatchObject({ option });
});

test("a name is wrong whatever its value is", () => {
  expect(refusal({ witin: undefined }).facts).toMatchObject({ option: "witin" });
});

test.for([
  ["a text", "5s", '"5s"'],
  ["a number", 500, "500"],
  ["null", null, "null"],
  ["a list", ["5s"], '["5s"]'],
  ["a function", () => 1, "a function"],
] as const)("%s is no options object", ([, given, value]) => {
  expect(refusal(given).message).toBe(
    `The options of next on orders: ${value} is not valid\nExpected an object with some of: within, since, signal.`,
  );
});

test.for([[undefined], [{}], [{ within: "1s", signal: undefined, clock: 1, delay: 5 }]])(
  "what there is goes through: %o",
  ([given]) => {
    checkOptions("next on orders", given, names, ["delay"]);
  },
);
