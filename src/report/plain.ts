import { types } from "node:util";
import { isSecretField, redacted, redactText } from "../text/index.ts";

const deepest = 10;
const widest = 100;
const longestText = 10_000;
/** An id is shown whole, however little is left. */
const shortestText = 40;
const longestName = 200;
/** Characters of all names and values together. */
const largest = 500_000;
/** What a value costs besides its text. */
const perValue = 8;
const errorFields = ["name", "message", "code", "cause", "errors"];

/** Any value as data that survives JSON: bounded, without cycles, secrets redacted. What throws when read says so. */
export function toPlain(value: unknown): unknown {
  return toPlainWithin(value, largest);
}

/** The same, of about this many characters. */
export function toPlainWithin(value: unknown, characters: number): unknown {
  return new Copy(characters).of(() => value, deepest);
}

/** Whether a value is an error, of this realm or of another one. */
function isAssertion(value: object): boolean {
  return "__flags" in value && typeof value.__flags === "object";
}

export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** One copy. Each part gets an equal share of what is left; what it does not need goes to those after it. */
class Copy {
  readonly #above = new Set<object>();
  #left: number;

  constructor(characters: number) {
    this.#left = characters;
  }

  of(read: () => unknown, levels: number): unknown {
    this.#left -= perValue;
    try {
      return this.#value(read(), levels);
    } catch (error) {
      return this.#text(`[threw: ${messageOf(error)}]`);
    }
  }

  #value(value: unknown, levels: number): unknown {
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "bigint":
        return this.#text(`${value}n`);
      case "undefined":
        return "undefined";
      case "symbol":
      case "function":
        return this.#text(String(value).slice(0, 200));
      case "number":
        return Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? "-0" : String(value);
      case "boolean":
        return value;
      default:
        return value === null ? null : this.#object(value as object, levels);
    }
  }

  #text(text: string): string {
    const limit = Math.max(shortestText, Math.min(longestText, this.#left));
    const shown = text.length <= limit ? text : `${text.slice(0, limit)}… (${text.length} characters)`;
    this.#left -= shown.length;
    return redactText(shown);
  }

  #object(value: object, levels: number): unknown {
    if (this.#above.has(value)) return "[itself]";
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? "invalid date" : value.toISOString();
    if (ArrayBuffer.isView(value)) return bytes(value.buffer, value.byteOffset, value.byteLength);
    if (types.isAnyArrayBuffer(value)) return bytes(value, 0, value.byteLength);
    if (levels === 0 || this.#left <= 0) return Array.isArray(value) ? "[…]" : "{…}";
    this.#above.add(value);
    try {
      return this.#parts(value, levels - 1);
    } finally {
      this.#above.delete(value);
    }
  }

  #parts(value: object, levels: number): unknown {
    // chai's assertions, which a probe in one line returns, throw at whoever reads what they do not have
    if (isAssertion(value)) return "[Assertion]";
    if (typeof (value as { asymmetricMatch?: unknown }).asymmetricMatch === "function")
      return this.#matcher(value, levels);
    const field = (name: string) => Reflect.get(value, name) as unknown;
    if (isError(value))
      return this.#record(
        errorFields.filter((name) => field(name) !== undefined),
        field,
        levels,
      );
    if (value instanceof RegExp) return this.#text(String(value));
    if (Array.isArray(value)) return this.#list(value, levels);
    if (value instanceof Set) return this.#list([...value], levels);
    if (value instanceof Map) return this.#record([...value.keys()], (key) => value.get(key) as unknown, levels);
    return this.#record(Object.keys(value), field, levels);
  }

  #list(list: readonly unknown[], levels: number): unknown[] {
    const count = Math.min(list.length, widest);
    const shown: unknown[] = [];
    while (shown.length < count && this.#left > 0) {
      shown.push(this.#share(count - shown.length, () => list[shown.length], levels));
    }
    return shown.length < list.length ? [...shown, `… ${list.length - shown.length} more`] : shown;
  }

  #record<K>(keys: readonly K[], get: (key: K | string) => unknown, levels: number): unknown {
    const count = Math.min(keys.length, widest);
    const shown: [string, unknown][] = [];
    while (shown.length < count && this.#left > 0) {
      const key = keys[shown.length] as K;
      const name = String(key).slice(0, longestName);
      this.#left -= name.length;
      const read = () => (isSecretField(name, get) ? redacted : get(key));
      shown.push([name, this.#share(count - shown.length, read, levels)]);
    }
    if (shown.length < keys.length) shown.push(["…", `${keys.length - shown.length} more`]);
    return Object.fromEntries(shown);
  }

  /** "ObjectContaining({"id":"a"})", "Any(Number)". */
  #matcher(matcher: { readonly sample?: unknown }, levels: number): string {
    const { sample } = matcher;
    const name = String(matcher);
    if (sample === undefined) return this.#text(name);
    if (typeof sample === "function") return this.#text(`${name}(${sample.name})`);
    return `${name}(${JSON.stringify(this.of(() => sample, levels))})`;
  }

  #share(among: number, read: () => unknown, levels: number): unknown {
    const all = this.#left;
    const share = Math.floor(all / among);
    this.#left = share;
    const part = this.of(read, levels);
    this.#left = all - (share - this.#left);
    return part;
  }
}

function bytes(buffer: ArrayBufferLike, offset: number, length: number): string {
  return `${length} bytes: ${Buffer.from(buffer, offset, Math.min(64, length)).toString("base64")}`;
}

function messageOf(error: unknown): string {
  try {
    return isError(error) ? error.message : String(error);
  } catch {
    return "something that cannot be read";
  }
}
