import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { UsageError } from "./errors.ts";
import * as kind from "./kinds.ts";
import { checkArgument, checkOptions } from "./options.ts";

const names = {
  within: kind.anything,
  since: kind.anything,
  signal: kind.anything,
  clock: kind.internal(kind.anything),
};

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
  ["a big number", 5n, "5"],
  ["a list", ["5s"], "a list"],
  ["a function", () => 1, "a function"],
  ["a signal", new AbortController().signal, "an object of the class AbortSignal"],
  ["a promise of them", Promise.resolve({ within: "5s" }), "an object of the class Promise"],
  ["a map of them", new Map([["within", "5s"]]), "an object of the class Map"],
  ["what has no class", Object.create(Object.create(Object.create(null))), "an object"],
] as const)("%s is no options object", ([, given, value]) => {
  expect(refusal(given).message).toBe(
    `The options of next on orders: ${value} is not valid\nExpected an object with some of: within, since, signal.`,
  );
});

class Patience {
  get within(): string {
    return "1s";
  }
}

test.for([
  ["nothing", undefined],
  ["none of them", {}],
  ["some of them, with a value or without", { within: "1s", signal: undefined, clock: 1, delay: 5 }],
  ["frozen ones", Object.freeze({ within: "1s" })],
  ["those of an object without a prototype", Object.assign(Object.create(null), { within: "1s" })],
  ["those of another realm's object", runInNewContext("({ within: '1s' })")],
  ["none of another realm's", runInNewContext("({})")],
  ["those that a class gives", new Patience()],
  ["those that are inherited", Object.create({ within: "1s" })],
  ["what no name is: a symbol", { [Symbol("own")]: 1 }],
] as const)("options go through: %s", ([, given]) => {
  checkOptions("next on orders", given, names, ["delay"]);
});

describe("a value of a wrong kind", () => {
  const kinds = { queue: kind.needed(kind.text), allow: kind.flag };
  const refusalOf = (given: unknown): UsageError => {
    try {
      checkOptions("deadLetters()", given, kinds);
    } catch (error) {
      if (error instanceof UsageError) return error;
    }
    throw new Error("it was not refused");
  };

  test("is refused, with what is expected instead", () => {
    const { message, facts } = refusalOf({ queue: "orders", allow: "no" });
    expect(message).toBe('allow of deadLetters(): "no" is not valid\nExpected true or false.');
    expect(facts).toEqual({ of: "deadLetters()", option: "allow", value: '"no"', expected: "true or false" });
  });

  test("may be a null, which is nothing that was left out", () => {
    expect(refusalOf({ queue: "orders", allow: null }).facts).toMatchObject({ option: "allow", value: "null" });
  });

  test.for([{}, { queue: undefined }])("is what is needed and was left out: %o", (given) => {
    expect(refusalOf(given).facts).toMatchObject({ option: "queue", value: "undefined" });
  });

  test("are no options at all where some are needed", () => {
    expect(refusalOf(undefined).facts).toMatchObject({ option: "The options of deadLetters()" });
  });

  test("is refused as an argument too", () => {
    expect(() => {
      checkArgument("tail(count)", 0, kind.wholeNumber(1));
    }).toThrow("tail(count): 0 is not valid\nExpected a whole number, 1 or more.");
    checkArgument("tail(count)", 1, kind.wholeNumber(1));
  });

  test("is any other but those that there are", () => {
    checkOptions("deadLetters()", { queue: "orders", allow: undefined }, kinds);
    checkOptions("deadLetters()", { queue: "orders", allow: false }, kinds);
    checkOptions("settled()", undefined, names);
  });
});
