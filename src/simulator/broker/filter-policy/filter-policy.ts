/** What a policy is held against: the message's attributes, or its body read as JSON. */
export type FilterScope = "MessageAttributes" | "MessageBody";

/** A filter policy that was read and found good. Met when each of its parts is. */
export type FilterPolicy = readonly FilterPart[];

export type FilterPart =
  | { readonly kind: "key"; readonly key: string; readonly conditions: readonly Condition[] }
  | { readonly kind: "nested"; readonly key: string; readonly policy: FilterPolicy }
  | { readonly kind: "or"; readonly policies: readonly FilterPolicy[] };

/** One of the alternatives for a key. */
export type Condition =
  | { readonly kind: "exists"; readonly exists: boolean }
  | { readonly kind: "one"; readonly test: ValueTest }
  /** Met by a key that is there and has no value that passes any of these tests. */
  | { readonly kind: "none"; readonly tests: readonly ValueTest[] };

export type ValueTest = (value: unknown) => boolean;
