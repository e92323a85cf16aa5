/** What is compared as a whole, not by its parts. */
export type Leaf =
  | string
  | number
  | bigint
  | boolean
  | symbol
  | null
  | undefined
  | Date
  | Uint8Array
  | ((...arguments_: never[]) => unknown);

/** A partial payload: the fields that an event must have. Arrays are given whole. */
export type Match<T> = unknown extends T
  ? Readonly<Record<string, unknown>>
  : T extends Leaf
    ? T
    : T extends readonly (infer E)[]
      ? readonly Match<E>[]
      : { readonly [K in keyof T]?: Match<T[K]> };

/** The keys of all members of a union. */
export type KeysOf<T> = T extends unknown ? keyof T : never;

/** A match whose every key exists in some member of the payload's type: a typing error is a compile error. */
export type Known<M, T> = unknown extends T
  ? unknown
  : T extends Leaf
    ? unknown
    : M extends readonly unknown[]
      ? unknown
      : {
          [K in keyof M]: K extends KeysOf<T>
            ? Known<M[K], T extends unknown ? (K extends keyof T ? T[K] : never) : never>
            : never;
        };

/** The members of a union that a match leaves possible. */
export type Narrowed<T, M> = [T extends unknown ? (M extends Match<T> ? T : never) : never] extends [never]
  ? T
  : T extends unknown
    ? M extends Match<T>
      ? T
      : never
    : never;
