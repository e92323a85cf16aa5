import type { SystemLogLine } from "../contracts/index.ts";
import type { Clock } from "../time/index.ts";

const linesKept = 10_000;
const longestLine = 20_000;

export interface LogPeriod {
  readonly since?: Date;
  readonly until?: Date;
}

/** What a system logged: the latest lines, each with its time. For assertions: `expect(app.log.contains(/ready/)).toBe(true)`. */
export class LogBook {
  readonly #clock: Clock;
  readonly #lines: SystemLogLine[] = [];
  readonly #listeners = new Set<(line: SystemLogLine) => void>();
  readonly #partial = { stdout: "", stderr: "" };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The lines of a period, oldest first. */
  lines(period: LogPeriod = {}): readonly SystemLogLine[] {
    const from = period.since?.getTime() ?? Number.NEGATIVE_INFINITY;
    const to = period.until?.getTime() ?? Number.POSITIVE_INFINITY;
    return this.#lines.filter(({ at }) => at >= from && at <= to);
  }

  /** How many lines contain the text or match the expression. */
  count(what: string | RegExp, period: LogPeriod = {}): number {
    return this.lines(period).filter(({ text }) => matchesLine(text, what)).length;
  }

  contains(what: string | RegExp, period: LogPeriod = {}): boolean {
    return this.count(what, period) > 0;
  }

  /** The last lines, as text. */
  tail(count: number): readonly string[] {
    return this.#lines.slice(-count).map(({ text }) => text);
  }

  listen(listener: (line: SystemLogLine) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** @internal Takes in a piece of output; a line is complete with its line feed. */
  write(stream: "stdout" | "stderr", piece: string): void {
    const lines = (this.#partial[stream] + piece).split(/\r?\n/);
    const rest = lines.pop() ?? "";
    for (const line of lines) this.#add(stream, line);
    if (rest.length > longestLine) {
      this.#add(stream, rest);
      this.#partial[stream] = "";
    } else this.#partial[stream] = rest;
  }

  /** @internal The output has ended: what is left is a line too. */
  end(): void {
    for (const stream of ["stdout", "stderr"] as const) {
      if (this.#partial[stream] !== "") this.#add(stream, this.#partial[stream]);
      this.#partial[stream] = "";
    }
  }

  #add(stream: "stdout" | "stderr", text: string): void {
    const line: SystemLogLine = { stream, text: text.slice(0, longestLine), at: this.#clock.wall() };
    this.#lines.push(line);
    // a tenth at once, so that a chatty system costs no shift for each line
    if (this.#lines.length > linesKept) this.#lines.splice(0, linesKept / 10);
    for (const listener of this.#listeners) listener(line);
  }
}

/** Whether a line contains a text or matches an expression, whatever flags that has. */
export function matchesLine(line: string, what: string | RegExp): boolean {
  return typeof what === "string"
    ? line.includes(what)
    : new RegExp(what.source, what.flags.replace(/[gy]/g, "")).test(line);
}
