/** What the value of an option, or an argument, has to be. One table of a function's options names a kind for each. */
export interface Kind {
  /** For people, after "Expected": "true or false". */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** Whether it cannot be left out. */
  readonly needed?: boolean;
  /** Of Wakeful's own tests: users are not told of it. */
  readonly internal?: boolean;
}

/** What is checked where it is used, by who knows more of it. */
export const anything: Kind = { expected: "a value", accepts: () => true };
/** `milliseconds` refuses what is none; but null would be taken for what was left out. */
export const duration: Kind = {
  expected: 'a duration: milliseconds as a number, or a text such as "250ms", "1.5s"',
  accepts: (value) => value !== null,
};
export const flag: Kind = { expected: "true or false", accepts: (value) => typeof value === "boolean" };
export const text: Kind = {
  expected: "a text that is not empty",
  accepts: (value) => typeof value === "string" && value !== "",
};
/** One that may be empty. */
export const anyText: Kind = { expected: "a text", accepts: (value) => typeof value === "string" };
export const callback: Kind = { expected: "a function", accepts: isFunction };
/** Of any realm. */
export const signal: Kind = {
  expected: "an AbortSignal: the signal of a controller, not the controller",
  accepts: (value) =>
    typeof value === "object" && value !== null && "aborted" in value && hasMethods(value, ["addEventListener"]),
};
export const date: Kind = {
  expected: "a Date that is valid",
  accepts: (value) => isDate(value) && !Number.isNaN(value.getTime()),
};
/** What a codec makes, and brokers carry. */
export const body: Kind = {
  expected: "a text, or bytes (Uint8Array)",
  accepts: (value) => typeof value === "string" || value instanceof Uint8Array,
};
/** zod, valibot and arktype have them; those of arktype are functions. */
export const schema: Kind = {
  expected: "a Standard Schema, as zod (from 3.24), valibot and arktype make them",
  accepts: (value) => isObject(value) && "~standard" in value && hasMethods(value["~standard"], ["validate"]),
};
export const codec: Kind = {
  expected: "a codec: an object with a name, encode(payload) and decode(body)",
  accepts: (value) => hasMethods(value, ["encode", "decode"]) && "name" in value && typeof value.name === "string",
};
export const correlation: Kind = {
  expected: "the name of a field, or a function that reads the id from a payload",
  accepts: (value) => text.accepts(value) || isFunction(value),
};

export function oneOf(...values: readonly (string | number)[]): Kind {
  const told = values.map((value) => JSON.stringify(value));
  const last = told.pop() ?? "";
  return {
    expected: told.length === 0 ? last : `${told.join(", ")} or ${last}`,
    accepts: (value) => values.some((each) => each === value),
  };
}

export function wholeNumber(from: number, to = Number.MAX_SAFE_INTEGER): Kind {
  const range = to === Number.MAX_SAFE_INTEGER ? `, ${from} or more` : ` from ${from} to ${to}`;
  return {
    expected: `a whole number${range}`,
    accepts: (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= from && value <= to,
  };
}

/** An object with these functions; `expected` says what it is. */
export function objectWith(methods: readonly string[], expected: string): Kind {
  return { expected, accepts: (value) => hasMethods(value, methods) };
}

export function listOf(kind: Kind, expected: string): Kind {
  return { expected, accepts: (value) => Array.isArray(value) && value.every(kind.accepts) };
}

/** An object whose values are all of a kind, by whatever names. */
export function recordOf(kind: Kind, expected: string): Kind {
  return {
    expected,
    accepts: (value) =>
      typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(kind.accepts),
  };
}

/** One that cannot be left out. */
export function needed(kind: Kind): Kind {
  return { ...kind, needed: true };
}

/** One for Wakeful's own tests. */
export function internal(kind: Kind): Kind {
  return { ...kind, internal: true };
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (typeof value === "object" && value !== null) || isFunction(value);
}

/** Of any realm. */
function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === "[object Date]" && hasMethods(value, ["getTime"]);
}

function hasMethods(value: unknown, methods: readonly string[]): value is object {
  return isObject(value) && methods.every((method) => isFunction(value[method]));
}
