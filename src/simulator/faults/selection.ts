import { wakefulError } from "../../errors.ts";
import { randomOf } from "../broker/random.ts";

/** Which of the messages or requests that pass by a fault hits. Nothing given: all of them. */
export interface FaultSelection<Subject> {
  /** Only the n-th, from 1, of those that `where` accepts: `2`, or `[1, 3]`. */
  readonly nth?: number | readonly number[];
  /** Only what this accepts. One that throws hits nothing; the timeline says so. */
  readonly where?: (subject: Subject) => boolean;
  /** Only this share of them, from 0 to 1, drawn by the seed. */
  readonly share?: number;
  /** Of `share`. Default 1. The same seed hits the same ones, as long as they pass by in the same order. */
  readonly seed?: number;
}

/** Counts what passes by a fault, and draws what is hit. */
export class Selector<Subject> {
  readonly #selection: FaultSelection<Subject>;
  readonly #numbers: ReadonlySet<number> | undefined;
  readonly #share: number;
  readonly #random: () => number;
  #passed = 0;

  /** Throws `INVALID_OPTION`. */
  constructor(selection: FaultSelection<Subject>) {
    const { nth, share = 1, seed = 1 } = selection;
    const numbers = nth === undefined ? undefined : [nth].flat();
    check("nth", String(nth), "whole numbers from 1", numbers === undefined || areNumbers(numbers));
    check("share", String(share), "a number from 0 to 1", share >= 0 && share <= 1);
    check("seed", String(seed), "a whole number", Number.isInteger(seed));
    this.#selection = selection;
    this.#numbers = numbers && new Set(numbers);
    this.#share = share;
    this.#random = randomOf(String(seed));
  }

  /** How many were counted. */
  get passed(): number {
    return this.#passed;
  }

  /** Whether this one is hit. Each that passes by must be asked for once. */
  hits(subject: () => Subject): boolean {
    const { where } = this.#selection;
    if (where !== undefined && !where(subject())) return false;
    this.#passed++;
    // drawn for each, so that what `nth` leaves out moves no other
    const drawn = this.#random() < this.#share;
    return drawn && (this.#numbers?.has(this.#passed) ?? true);
  }

  /** "number 2", "20 % by seed 7". "" for all. */
  describe(): string {
    const { nth, where, share, seed = 1 } = this.#selection;
    return [
      ...(nth === undefined ? [] : [`number ${[nth].flat().join(" and ")}`]),
      ...(share === undefined ? [] : [`${Number((share * 100).toFixed(2))} % by seed ${seed}`]),
      ...(where === undefined ? [] : ["of those that a predicate accepts"]),
    ].join(" ");
  }
}

function areNumbers(numbers: readonly number[]): boolean {
  return numbers.length > 0 && numbers.every((number) => Number.isInteger(number) && number >= 1);
}

function check(option: string, value: string, expected: string, valid: boolean): void {
  if (!valid) throw wakefulError("INVALID_OPTION", { option, value, expected });
}
