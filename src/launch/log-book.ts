import type { SystemLogLine } from "../contracts/index.ts";
import { wakefulError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { checkArgument, checkOptions, type OptionKinds } from "../options.ts";
import type { Clock } from "../time/index.ts";

/** A line without an end is cut into pieces of this many characters. */
const longestPiece = 1_000_000;
const charactersKept = 50_000_000;

/** A stretch of real time, both ends included to their millisecond. An end that is left out is open. */
export interface LogPeriod {
  readonly since?: Date;
  readonly until?: Date;
}

/**
 * What a system logged: the latest lines, each with its time. A question that only dropped lines could answer is an error
 * (`LOG_INCOMPLETE`), so that "it logged no error" cannot be true because the line is gone.
 *
 * @example
 * expect(app.log.contains(/order \w+ registered/, { since })).toBe(true);
 * expect(app.log.contains("failed")).toBe(false);
 * expect(app.log.count("order received")).toBe(3);
 */
export class LogBook {
  readonly #system: string;
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #lines: SystemLogLine[] = [];
  readonly #listeners = new Set<(line: SystemLogLine) => void>();
  readonly #partial = { stdout: "", stderr: "" };
  #characters = 0;
  #dropped: { count: number; first: number; last: number } | undefined;

  /** @internal `limit`: how many lines it keeps. */
  constructor({ system, clock, limit }: { system: string; clock: Clock; limit: number }) {
    this.#system = system;
    this.#clock = clock;
    this.#limit = limit;
  }

  /** The lines that are kept, of a period, oldest first. */
  lines(period: LogPeriod = {}): readonly SystemLogLine[] {
    const { from, to } = bounds(period);
    return this.#lines.filter(({ at }) => at >= from && at < to);
  }

  /** How many lines contain the text or match the expression. Throws `LOG_INCOMPLETE` when lines of the period were dropped. */
  count(what: string | RegExp, period: LogPeriod = {}): number {
    checkArgument("count(what)", what, textOrExpression);
    this.#mustBeWhole(period);
    const matches = lineMatcher(what);
    return this.lines(period).filter(({ text }) => matches(text)).length;
  }

  /** Whether a line contains the text or matches the expression. Throws `LOG_INCOMPLETE` when only a dropped line could. */
  contains(what: string | RegExp, period: LogPeriod = {}): boolean {
    checkArgument("contains(what)", what, textOrExpression);
    const matches = lineMatcher(what);
    if (this.lines(period).some(({ text }) => matches(text))) return true;
    this.#mustBeWhole(period);
    return false;
  }

  /** The last lines, as text. */
  tail(count: number): readonly string[] {
    checkArgument("tail(count)", count, kind.wholeNumber(1));
    return this.textsSince(0).slice(-count);
  }

  /** Calls back for each line from now on. Dispose to stop. */
  listen(listener: (line: SystemLogLine) => void): Disposable {
    checkArgument("listen(listener)", listener, kind.callback);
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** @internal How many lines there were until now, kept or not. */
  get position(): number {
    return this.#lines.length + (this.#dropped?.count ?? 0);
  }

  /** @internal The texts of the lines that came since a position, as far as they are kept. */
  textsSince(position: number): readonly string[] {
    return this.#lines.slice(Math.max(0, position - (this.#dropped?.count ?? 0))).map(({ text }) => text);
  }

  /** @internal Takes in a piece of output; a line is complete with its line feed. */
  write(stream: "stdout" | "stderr", piece: string): void {
    const lines = (this.#partial[stream] + piece).split(/\r?\n/);
    const rest = lines.pop() ?? "";
    for (const line of lines) this.append({ stream, text: line, at: this.#clock.wall() });
    this.#partial[stream] = rest;
    if (rest.length > longestPiece) this.#endLine(stream);
  }

  /** @internal The output has ended: what is left is a line too. */
  end(): void {
    this.#endLine("stdout");
    this.#endLine("stderr");
  }

  /** @internal Takes in a line. */
  append(line: SystemLogLine): void {
    this.#lines.push(line);
    this.#characters += line.text.length;
    // a tenth at once, so that a chatty system costs no shift for each line
    while (this.#lines.length > this.#limit || (this.#characters > charactersKept && this.#lines.length > 1)) {
      this.#drop(Math.ceil(this.#lines.length / 10));
    }
    for (const listener of this.#listeners) listener(line);
  }

  #endLine(stream: "stdout" | "stderr"): void {
    const text = this.#partial[stream];
    this.#partial[stream] = "";
    if (text !== "") this.append({ stream, text, at: this.#clock.wall() });
  }

  #drop(count: number): void {
    for (const { text, at } of this.#lines.splice(0, count)) {
      this.#characters -= text.length;
      this.#dropped ??= { count: 0, first: at, last: at };
      this.#dropped.count++;
      this.#dropped.last = Math.max(this.#dropped.last, at);
    }
  }

  #mustBeWhole(period: LogPeriod): void {
    if (this.#dropped === undefined) return;
    const { from, to } = bounds(period);
    const { count, first, last } = this.#dropped;
    if (from > last || to <= first) return;
    throw wakefulError("LOG_INCOMPLETE", {
      system: this.#system,
      kept: this.#lines.length,
      dropped: count,
      until: new Date(last).toISOString(),
    });
  }
}

/** Every line contains a text that is empty. Expressions may be of another realm. */
export const textOrExpression: kind.Kind = {
  expected: "a text that is not empty, or a regular expression",
  accepts: (value) => kind.text.accepts(value) || Object.prototype.toString.call(value) === "[object RegExp]",
};

/** Tells whether a line contains a text or matches an expression, whatever flags that has. */
export function lineMatcher(what: string | RegExp): (line: string) => boolean {
  if (typeof what === "string") return (line) => line.includes(what);
  // with one of these flags an expression remembers where it was
  const stateless = new RegExp(what.source, what.flags.replace(/[gy]/g, ""));
  return (line) => stateless.test(line);
}

const periodKinds: OptionKinds<LogPeriod> = { since: kind.date, until: kind.date };

function bounds(period: LogPeriod): { from: number; to: number } {
  checkOptions("A period of a log", period, periodKinds);
  const { since, until } = period;
  // a date has no fractions, a line's time has: the whole last millisecond belongs to the period
  return {
    from: since?.getTime() ?? Number.NEGATIVE_INFINITY,
    to: until === undefined ? Number.POSITIVE_INFINITY : until.getTime() + 1,
  };
}
