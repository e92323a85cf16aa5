type Place = readonly string[];

/** A field of a payload that its message does not say. */
interface Loss {
  readonly place: Place;
  /** What the message has in its place; left out where it has no such field. */
  readonly writtenAs?: number;
}

/**
 * Where a payload has what its message has not: a field such as `customer_id` where the type says `customerId`, or a number of
 * more than 32 bits. Libraries leave out the one and cut the other without a word, and the system would get another message than
 * the test gave. `kept` is what the message says; `changes` tells whether the message is another one without the field at a place.
 */
export function findLoss(given: unknown, kept: unknown, changes: (without: Place) => boolean): Loss | undefined {
  return search(given, kept, []);

  function search(value: unknown, other: unknown, place: Place): Loss | undefined {
    if (isCut(value, other)) return { place, writtenAs: other };
    if (typeof other !== "object" || other === null || !hasFields(value, other)) return undefined;
    for (const [key, part] of Object.entries(value)) {
      const at = [...place, key];
      if (key in other) {
        const loss = search(part, (other as Record<string, unknown>)[key], at);
        if (loss !== undefined) return loss;
      } else if (!isDefault(part) && !changes(at)) return { place: at };
    }
    return undefined;
  }
}

/** Whether a number is what is left of another one in 32 bits. A float is rounded, which is something else. */
function isCut(value: unknown, other: unknown): other is number {
  if (typeof value !== "number" || !Number.isInteger(value) || value === other) return false;
  return other === (value | 0) || other === value >>> 0;
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
