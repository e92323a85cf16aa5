type Place = readonly string[];

/**
 * Where a payload has a field that its message has not, such as `customer_id` where the type says `customerId`: libraries
 * leave it out without a word, and the system would get another message than the test gave. `kept` is what the message
 * says; `changes` tells whether the message is another one without the field at a place.
 */
export function findLostField(given: unknown, kept: unknown, changes: (without: Place) => boolean): Place | undefined {
  return search(given, kept, []);

  function search(value: unknown, other: unknown, place: Place): Place | undefined {
    if (typeof other !== "object" || other === null || !hasFields(value, other)) return undefined;
    for (const [key, part] of Object.entries(value)) {
      const at = [...place, key];
      const lost =
        key in other
          ? search(part, (other as Record<string, unknown>)[key], at)
          : !isDefault(part) && !changes(at)
            ? at
            : undefined;
      if (lost !== undefined) return lost;
    }
    return undefined;
  }
}

/** A copy without the field at a place. */
export function withoutField(value: unknown, [key = "", ...rest]: Place): unknown {
  const fields = value as Record<string, unknown>;
  const { [key]: part, ...others } = fields;
  if (rest.length === 0) return others;
  const changed = withoutField(part, rest);
  return Array.isArray(value) ? value.with(Number(key), changed) : { ...others, [key]: changed };
}

/** Plain objects, arrays, and what the library itself made: of other objects nobody knows which of their fields count. */
function hasFields(value: unknown, other: object): value is object {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || prototype === Object.getPrototypeOf(other);
}

/** What needs no place in a message, and may be left out of what is read from one. */
function isDefault(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return !value;
  return Object.keys(value).length === 0;
}
