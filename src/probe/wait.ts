import type { VerdictCode } from "../errors.ts";
import {
  Deadline,
  type DeadlineCap,
  formatDuration,
  milliseconds,
  type Passed,
  Resources,
  Waker,
} from "../time/index.ts";
import type { Look, ProbeContext } from "./context.ts";
import { describeResult } from "./describe-result.ts";
import { placeInSource } from "./stack.ts";
import { type Fatal, Looker } from "./looker.ts";
import type { Attempt, ProbeOptions } from "./types.ts";

const longestDump = 1_000;
/** What is left for a dump even if the runner's time-out is near. */
const leastDump = 100;
/** Between two looks, ms: an event that a look itself causes must not make the probe spin. */
const leastRest = 1;

/** What `probeUntil` and `probeDuring` share: the deadline, what wakes them, how they turn red. */
export class ProbeWait implements Disposable {
  readonly deadline: Deadline;
  readonly looker: Looker;
  readonly startedAt: number;
  readonly within: number;
  readonly what: string;
  readonly waker: Waker;
  readonly #context: ProbeContext;
  readonly #options: ProbeOptions;
  readonly #source: string;
  readonly #signal: AbortSignal;
  readonly #resources = new Resources();
  readonly #dying = new AbortController();
  /** Aborted when the wait must end now, for whichever reason. */
  readonly #over: AbortSignal;
  #passed: Passed | undefined;
  #death: string | undefined;

  constructor(input: {
    readonly name: "probeUntil" | "probeDuring";
    readonly probe: (attempt: Attempt) => unknown;
    readonly until: ((value: never) => unknown) | undefined;
    readonly options: ProbeOptions;
    readonly within: number;
    readonly source: string;
    readonly context: ProbeContext;
    readonly signal: AbortSignal;
    readonly origin: () => string;
  }) {
    const { name, probe, until, options, context, within, source, signal, origin } = input;
    const { clock } = context;
    const description = `${name} ${options.description ?? placeInSource(origin()) ?? probe.toString().replace(/\s+/g, " ").slice(0, 160)}`;
    this.#context = context;
    this.#options = options;
    this.#source = source;
    this.#signal = signal;
    this.within = within;
    this.startedAt = clock.now();
    this.what = description;
    this.waker = new Waker(clock);
    this.deadline = new Deadline(clock, within, { since: this.startedAt, cap: context.cap });
    const { startedAt, deadline } = this;
    this.looker = new Looker({ probe, until, options, context, description, startedAt, deadline, origin });
    this.#over = AbortSignal.any([signal, this.#dying.signal]);
    this.#over.addEventListener("abort", this.waker.wake, { once: true });
    this.#resources.use(
      deadline.whenPassed((passed) => {
        this.#passed = passed;
        this.waker.wake();
      }),
    );
    const events = context.onEvent?.(this.waker.wake);
    if (events !== undefined) this.#resources.use(events);
    const deaths = context.onDeath?.((what, earlier) => {
      this.#death ??= earlier ? what : `${what} while ${description} was waiting`;
      this.#dying.abort();
    });
    if (deaths !== undefined) this.#resources.use(deaths);
  }

  /** Milliseconds since the wait began. */
  get elapsed(): number {
    return this.#context.clock.now() - this.startedAt;
  }

  /** Set once the deadline has truly passed: the next look is the last. */
  get passed(): Passed | undefined {
    return this.#passed;
  }

  /** Makes one look. Throws when the wait must end now: aborted, a system died, the probe itself is wrong. */
  async look(): Promise<Look> {
    this.#checkOver();
    try {
      const { look, fatal } = await this.looker.look(this.#over);
      if (fatal !== undefined) throw this.#fatal(fatal);
      return look;
    } catch (error) {
      this.#checkOver();
      throw error;
    }
  }

  /** Rests until the next look is due, an event arrives, or the time is up. Throws when the wait must end now. */
  async rest(atMost: number): Promise<void> {
    const { clock } = this.#context;
    const began = clock.now();
    let rest = atMost;
    for (;;) {
      // too near to the deadline for one more look before it: only its passing ends the rest, events do not
      const near = this.deadline.remaining() < leastRest;
      const woken = await this.waker.rest(near ? undefined : rest);
      this.#checkOver();
      if (this.#passed !== undefined) return;
      rest = leastRest - (clock.now() - began);
      if (this.deadline.remaining() >= leastRest && !(woken && rest > 0)) return;
    }
  }

  /** Tells of the green verdict. */
  green(within?: number): void {
    this.#context.onGreen?.(this.what, this.elapsed, within);
  }

  /** The error of a red verdict. */
  red(code: VerdictCode, detail: string, more: { cause?: unknown; dump?: unknown } = {}): Error {
    const { lastError, history, blocked } = this.looker;
    const cause = "cause" in more ? more.cause : lastError;
    return this.#context.fail({
      code,
      detail,
      what: this.what,
      startedAt: this.startedAt,
      waited: this.elapsed,
      within: this.within,
      source: this.#source,
      lateness: this.#passed?.lateness,
      blocked,
      history,
      ...(cause !== undefined && { cause }),
      ...("dump" in more && { dump: more.dump }),
    });
  }

  /** The error when the runner's time-out ended the wait, not its own time. */
  notJudged(cap: DeadlineCap, detail: string, dump: { dump?: unknown }): Error {
    return this.red(
      "NOT_JUDGED",
      `${cap.name} came before the ${formatDuration(this.within)} were over, ${detail}`,
      dump,
    );
  }

  /** The error for a look that had to be cut off. */
  async hung({ number, took }: Look): Promise<Error> {
    const dump = await this.dump();
    const { cap } = this.deadline;
    if (cap !== undefined) return this.notJudged(cap, `during look ${number}`, dump);
    return this.red("HUNG", `look ${number} of ${this.what} did not end within ${formatDuration(took)}`, dump);
  }

  /** What the user's `onTimeout` returns, or why it could not be had: never in the way of the failure itself. */
  async dump(): Promise<{ dump?: unknown }> {
    const { onTimeout } = this.#options;
    if (onTimeout === undefined) return {};
    const { clock, cap } = this.#context;
    const most = Math.min(longestDump, cap === undefined ? longestDump : Math.max(leastDump, cap.at - clock.now()));
    using resources = new Resources();
    const silence = new Promise<unknown>((resolve) => {
      const timer = clock.timer(most, () => {
        resolve(`onTimeout took more than ${formatDuration(most)}`);
      });
      resources.use(timer);
      const stop = () => {
        resolve(undefined);
      };
      this.#over.addEventListener("abort", stop, { once: true });
      resources.defer(() => {
        this.#over.removeEventListener("abort", stop);
      });
    });
    try {
      return { dump: await Promise.race([Promise.resolve().then(onTimeout), silence]) };
    } catch (error) {
      return { dump: `onTimeout itself threw: ${describeResult(error)}` };
    }
  }

  [Symbol.dispose](): void {
    this.#over.removeEventListener("abort", this.waker.wake);
    this.#resources[Symbol.dispose]();
  }

  /** Throws when the wait was aborted, or a system died that should not have. */
  #checkOver(): void {
    this.#signal.throwIfAborted();
    if (this.#death !== undefined) throw this.red("SYSTEM_EXITED", this.#death);
  }

  #fatal({ kind, error }: Fatal): unknown {
    const text = describeResult(error);
    switch (kind) {
      case "usage":
        return error;
      case "probe wrong":
        return this.red("PROBE_WRONG", text, { cause: error });
      case "until threw":
      case "failFast threw":
        return this.red("PROBE_WRONG", `${kind}: ${text}`, { cause: error });
      case "fail fast":
        return this.red("PROBE_FAILED", text, { cause: error });
    }
  }
}

/** The time that a probe has, and where that comes from. */
export function timeFor(
  own: ProbeOptions["within"],
  name: string,
  context: ProbeContext,
): { within: number; source: string } {
  if (own === undefined) return { within: context.sla, source: context.slaSource };
  return { within: milliseconds(own, name), source: name };
}
