import type { VerdictCode } from "../errors.ts";
import { Deadline, milliseconds, type Passed, Waker } from "../time/index.ts";
import type { ProbeContext } from "./context.ts";
import { type Fatal, Looker } from "./looker.ts";
import type { Attempt, ProbeOptions } from "./types.ts";

const longestDump = 1_000;

/** What `probeUntil` and `probeDuring` share: the deadline, what wakes them, how they turn red. */
export class ProbeWait implements Disposable {
  readonly deadline: Deadline;
  readonly looker: Looker;
  readonly startedAt: number;
  readonly within: number;
  readonly waker: Waker;
  readonly what: string;
  readonly #context: ProbeContext;
  readonly #options: ProbeOptions;
  readonly #source: string;
  readonly #resources = new DisposableStack();
  readonly #dying = new AbortController();
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
    readonly origin: () => string;
  }) {
    const { name, probe, until, options, context, within, source, origin } = input;
    const { clock } = context;
    const description = options.description ?? probe.toString().replace(/\s+/g, " ").slice(0, 160);
    this.#context = context;
    this.#options = options;
    this.#source = source;
    this.within = within;
    this.startedAt = clock.now();
    this.what = `${name} ${description}`;
    this.waker = new Waker(clock);
    this.deadline = new Deadline(clock, within, { since: this.startedAt, cap: context.cap });
    this.looker = new Looker({
      probe,
      until,
      options,
      context,
      description: `${name} ${description}`,
      startedAt: this.startedAt,
      endsAt: this.deadline.at,
      origin,
    });
    this.#resources.use(
      this.deadline.whenPassed((passed) => {
        this.#passed = passed;
        this.waker.wake();
      }),
    );
    const events = context.onEvent?.(this.waker.wake);
    if (events !== undefined) this.#resources.use(events);
    const deaths = context.onDeath?.((what) => {
      this.#death = what;
      this.#dying.abort();
      this.waker.wake();
    });
    if (deaths !== undefined) this.#resources.use(deaths);
  }

  /** Set once the deadline has truly passed: the next look is the last. */
  get passed(): Passed | undefined {
    return this.#passed;
  }

  /** Makes one look. Throws when the wait must end now: aborted, a system died, the probe itself is wrong. */
  async look(signal: AbortSignal) {
    this.checkDeath();
    try {
      const { look, fatal } = await this.looker.look(AbortSignal.any([signal, this.#dying.signal]));
      if (fatal !== undefined) throw this.#fatal(fatal);
      return look;
    } catch (error) {
      signal.throwIfAborted();
      this.checkDeath();
      throw error;
    }
  }

  /** Throws when a system died that should not have. */
  checkDeath(): void {
    if (this.#death === undefined) return;
    throw this.red("SYSTEM_EXITED", `${this.#death} while ${this.what} was waiting`);
  }

  /** Rests until the next look is due, something happens, or the time is up. */
  async rest(atMost: number, signal: AbortSignal): Promise<void> {
    const remaining = this.deadline.remaining();
    signal.addEventListener("abort", this.waker.wake, { once: true });
    // at the end there is nothing to do but to wait for the deadline to have truly passed
    await this.waker.rest(remaining <= 0 ? undefined : Math.min(atMost, remaining));
    signal.removeEventListener("abort", this.waker.wake);
    signal.throwIfAborted();
  }

  red(code: VerdictCode, detail: string, more: { cause?: unknown; dump?: unknown } = {}): Error {
    const cause = "cause" in more ? more.cause : this.looker.lastError;
    return this.#context.fail({
      code,
      detail,
      what: this.what,
      startedAt: this.startedAt,
      within: this.within,
      source: this.#source,
      lateness: this.#passed?.lateness,
      history: this.looker.history,
      ...(cause !== undefined && { cause }),
      ...("dump" in more && { dump: more.dump }),
    });
  }

  /** What the user's `onTimeout` returns, or why it could not be had: never in the way of the failure itself. */
  async dump(): Promise<{ dump?: unknown }> {
    const { onTimeout } = this.#options;
    if (onTimeout === undefined) return {};
    using resources = new DisposableStack();
    const silence = new Promise<unknown>((resolve) => {
      resources.use(
        this.#context.clock.timer(longestDump, () => {
          resolve("onTimeout took more than 1 s");
        }),
      );
    });
    try {
      return { dump: await Promise.race([Promise.resolve().then(onTimeout), silence]) };
    } catch (error) {
      return { dump: `onTimeout itself threw: ${String(error)}` };
    }
  }

  [Symbol.dispose](): void {
    this.#resources.dispose();
  }

  #fatal({ kind, error }: Fatal): unknown {
    switch (kind) {
      case "usage":
        return error;
      case "probe wrong":
        return this.red("PROBE_WRONG", String(error), { cause: error });
      case "until threw":
        return this.red("PROBE_WRONG", `until threw: ${String(error)}`, { cause: error });
      case "fail fast":
        return this.red("PROBE_FAILED", String(error), { cause: error });
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
