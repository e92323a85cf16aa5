import { WrongUse } from "./command-failed.ts";
import { unknownName } from "./names.ts";

/** A value at its place in a file. Each method throws `WrongUse` with that place when it is another than it must be. */
export class ConfigValue {
  readonly #file: string;
  /** "queues[1].deadLetters"; "" for the whole. */
  readonly place: string;
  readonly #value: unknown;

  constructor(file: string, place: string, value: unknown) {
    this.#file = file;
    this.place = place;
    this.#value = value;
  }

  get given(): boolean {
    return this.#value !== undefined;
  }

  get isText(): boolean {
    return typeof this.#value === "string";
  }

  refuse(problem: string): never {
    throw new WrongUse(`${this.#file}: ${problem}`);
  }

  /** An object that has no other keys than these, where they are given. */
  fields<Key extends string>(keys: readonly Key[]): Record<Key, ConfigValue> {
    const record = this.record();
    const stranger = Object.keys(record).find((key) => !keys.some((each) => each === key));
    if (stranger !== undefined) {
      this.refuse(unknownName(this.place === "" ? "key" : `key of ${this.place}`, stranger, keys));
    }
    return Object.fromEntries(keys.map((key) => [key, this.#at(key)])) as Record<Key, ConfigValue>;
  }

  record(): Readonly<Record<string, unknown>> {
    const value = this.#value;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return this.#mustBe("an object");
    return value as Readonly<Record<string, unknown>>;
  }

  /** An empty one where it is left out. */
  list(): readonly ConfigValue[] {
    const value = this.#value ?? [];
    if (!Array.isArray(value)) return this.#mustBe("a list");
    return value.map((each, index) => new ConfigValue(this.#file, `${this.place}[${index}]`, each));
  }

  text(): string {
    return typeof this.#value === "string" && this.#value !== "" ? this.#value : this.#mustBe("a text");
  }

  wholeNumber(): number {
    return typeof this.#value === "number" && Number.isInteger(this.#value)
      ? this.#value
      : this.#mustBe("a whole number");
  }

  /** Attributes as AWS takes them, all texts: numbers and booleans by their text, objects and lists as JSON. */
  attributes(): Readonly<Record<string, string>> {
    if (!this.given) return {};
    const entries = Object.keys(this.record()).map((key) => [key, this.#at(key).#attribute()] as const);
    return Object.fromEntries(entries);
  }

  #attribute(): string {
    const value = this.#value;
    if (typeof value === "string") return value;
    return value === null ? this.#mustBe("a text, a number, a boolean, an object or a list") : JSON.stringify(value);
  }

  #at(key: string): ConfigValue {
    const record = this.record();
    const value = Object.hasOwn(record, key) ? record[key] : undefined;
    return new ConfigValue(this.#file, this.place === "" ? key : `${this.place}.${key}`, value);
  }

  #mustBe(expected: string): never {
    const place = this.place === "" ? "the whole" : this.place;
    this.refuse(this.given ? `${place} must be ${expected}.` : `${place} is missing: it must be ${expected}.`);
  }
}
