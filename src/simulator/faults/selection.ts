import { wakefulError } from "../../errors.ts";
import * as kind from "../../kinds.ts";
import { checkOptions, type Kinds, type OptionKinds } from "../../options.ts";
import { counted } from "../../text/index.ts";
import { randomOf } from "../broker/random.ts";

/** Which of the messages or requests that pass by a fault hits. Nothing given: all of them. */
export interface FaultSelection<Subject> {
  /** Only the n-th, from 1, of those that `where` accepts: `2`, or `[1, 3]`. Not beside `share`. */
  readonly nth?: number | readonly number[];
  /** Only what this accepts. If it throws, or is asynchronous, the fault selects nothing from then on, and its scope fails by `FAULT_WRONG`. */
  readonly where?: (subject: Subject) => boolean;
  /** Only this share of them, from 0 to 1, drawn by the seed. */
  readonly share?: number;
  /** Of `share`, and only beside it. Default 1. The same seed hits the same ones, as long as they pass by in the same order. */
  readonly seed?: number;
  /**
   * Whether it may hit nothing. Default: only with `share`, which may rightly draw nothing. Any other fault that is undone
   * without a hit, or before all its numbers have hit, fails its scope by `FAULT_MISSED`: the test would prove nothing.
   */
  readonly mayMiss?: boolean;
}

const number = kind.wholeNumber(1);

/** A selection that is not understood would hit everything. */
const selectionKinds: OptionKinds<FaultSelection<never>> = {
  nth: {
    expected: "whole numbers from 1: 2, or [1, 3]",
    accepts: (value) =>
      number.accepts(value) || (Array.isArray(value) && value.length > 0 && value.every(number.accepts)),
  },
  where: kind.callback,
  share: {
    expected: "a number from 0 to 1",
    accepts: (value) => typeof value === "number" && value >= 0 && value <= 1,
  },
  seed: kind.wholeNumber(Number.MIN_SAFE_INTEGER),
  mayMiss: kind.flag,
};

/** What a fault was called with: more than one selection is what JavaScript lets through. */
export type Given<Selection> = readonly [Selection, ...unknown[]];

/** Refuses a second selection: it would be ignored, and the fault hit what it was not to hit. */
export function onlySelection<Selection>(of: string, [selection, ...more]: Given<Selection>): Selection {
  if (more.length === 0) return selection;
  const expected = "one object with all of them, such as { status: 503, nth: 2 }";
  throw wakefulError("INVALID_OPTION", {
    option: `The options of ${of}`,
    value: counted(more.length + 1, "object"),
    expected,
  });
}

/**
 * Refuses a selection that is none, and one that says a thing too much, of which one would do nothing. Throws `INVALID_OPTION`.
 *
 * @param of for people: "drop()".
 * @param own options beside those of all faults.
 */
export function checkSelection(of: string, selection: FaultSelection<never>, own: Kinds = {}): void {
  checkOptions(of, selection, { ...selectionKinds, ...own });
  const { nth, share, seed } = selection;
  if (nth !== undefined && share !== undefined) {
    const expected = "nth or share: the numbers, or a share of all";
    throw wakefulError("INVALID_OPTION", { of, option: "nth beside share", value: numberText(nth), expected });
  }
  if (seed !== undefined && share === undefined) {
    const expected = "share beside it, such as { share: 0.2, seed: 7 }: it decides which are the share";
    throw wakefulError("INVALID_OPTION", { of, option: "seed", value: String(seed), expected });
  }
}

/** Counts what passes by a fault, and draws what is hit. */
export class Selector<Subject> {
  readonly #selection: FaultSelection<Subject>;
  readonly #numbers: ReadonlySet<number> | undefined;
  /** Of the numbers, those that have not hit yet. */
  readonly #left: Set<number>;
  readonly #share: number;
  readonly #random: () => number;
  #looked = 0;
  #passed = 0;

  constructor(selection: FaultSelection<Subject>) {
    const { nth, share = 1, seed = 1 } = selection;
    const numbers = nth === undefined ? undefined : [nth].flat();
    this.#selection = selection;
    this.#numbers = numbers && new Set(numbers);
    this.#left = new Set(numbers);
    this.#share = share;
    this.#random = randomOf(String(seed));
  }

  /** How many were counted. */
  get passed(): number {
    return this.#passed;
  }

  /** The number of this one, where it is to be hit. Each that passes by must be asked for once. */
  select(subject: () => Subject): number | undefined {
    const { where } = this.#selection;
    this.#looked++;
    if (where !== undefined && !isAccepted(where(subject()))) return undefined;
    this.#passed++;
    const selected = this.#numbers?.has(this.#passed) ?? this.#random() < this.#share;
    return selected ? this.#passed : undefined;
  }

  /** Whether it may hit nothing. */
  get mayMiss(): boolean {
    const { share, mayMiss = share !== undefined } = this.#selection;
    return mayMiss;
  }

  /** What was selected by this number was hit. */
  hit(number: number): void {
    this.#left.delete(number);
  }

  /** Whether all numbers that it waits for have hit. */
  get complete(): boolean {
    return this.#left.size === 0;
  }

  /** What it hits, for people: "number 2", "anything". */
  get awaited(): string {
    const { nth, where, share } = this.#selection;
    if (nth !== undefined)
      return `${numberText(nth)}${where === undefined ? "" : " of those that its predicate accepts"}`;
    if (share !== undefined) return "one that its seed draws";
    return where === undefined ? "anything" : "one that its predicate accepts";
  }

  /** What came by, for people: "1 passed". */
  get came(): string {
    if (this.#looked === 0) return "nothing passed";
    if (this.#selection.where === undefined) return `${this.#passed} passed`;
    return `its predicate accepted ${this.#passed} of ${this.#looked}`;
  }

  /** "number 2", "20 % by seed 7". "" for all. */
  describe(): string {
    const { nth, where, share, seed = 1 } = this.#selection;
    return [
      ...(nth === undefined ? [] : [numberText(nth)]),
      ...(share === undefined ? [] : [`${Number((share * 100).toFixed(2))} % by seed ${seed}`]),
      ...(where === undefined ? [] : ["of those that a predicate accepts"]),
    ].join(" ");
  }
}

function isAccepted(accepted: unknown): boolean {
  if (!(accepted instanceof Promise)) return Boolean(accepted);
  // it may yet reject, and nobody waits for it
  accepted.catch(() => undefined);
  throw new TypeError("it is asynchronous, which would accept everything");
}

function numberText(nth: number | readonly number[]): string {
  return `number ${[nth].flat().join(" and ")}`;
}
