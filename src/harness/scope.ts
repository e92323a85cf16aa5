import { UsageError, verdictError, VerdictError, type WakefulError, wakefulError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { checkArgument, checkOptions } from "../options.ts";
import { createProbes, type ProbeContext, type ProbeFailure, type Probes } from "../probe/index.ts";
import { renderTimeline } from "../report/index.ts";
import { timeline } from "../journal/index.ts";
import { type DeadlineCap, formatDuration, traceContext, WatchedPromise } from "../time/index.ts";
import { diffOf } from "./bare-context.ts";
import { deathFailure } from "./death-failure.ts";
import { ScopedChannel, type StartWait } from "./channel.ts";
import { currentScope } from "./current-scope.ts";
import { untakenDeadLetters, watchDeadLetters } from "./dead-letters.ts";
import { failedFaults } from "./failed-faults.ts";
import { failure } from "./failure.ts";
import { closeOptions, scopeOptions, settledOptions } from "./option-kinds.ts";
import type { ScopeCore, StartedWait } from "./scope-core.ts";
import { awaitSettled, settledAtEnd } from "./settle.ts";
import { nameDeath, tellEarlierDeath } from "./systems.ts";
import type { SettledOptions, Settlement } from "./types.ts";

/** One test's view: its channels, its probes, its checks at the end. Typed by `Scope`. */
export class TestScope implements AsyncDisposable, Probes {
  readonly #core: ScopeCore;
  readonly channels: Readonly<Record<string, ScopedChannel>>;
  readonly probeUntil: Probes["probeUntil"];
  readonly probeDuring: Probes["probeDuring"];
  #closing: Promise<void> | undefined;

  constructor(core: ScopeCore) {
    this.#core = core;
    this.channels = Object.freeze(
      Object.fromEntries(
        [...core.harness.declarations].map(([name, declaration]) => [
          name,
          new ScopedChannel(core, name, declaration, this.#start),
        ]),
      ),
    );
    const probes = createProbes(() => this.probeContext());
    this.probeUntil = probes.probeUntil;
    this.probeDuring = probes.probeDuring;
  }

  /** @internal */
  get core(): ScopeCore {
    return this.#core;
  }

  get name(): string {
    return this.#core.name;
  }

  get traceId(): string {
    return this.#core.traceId;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#core.headers;
  }

  own(id: string): void {
    checkArgument("own(id)", id, kind.text);
    this.#core.own(id);
  }

  limit(deadline: DeadlineCap | undefined): void {
    checkOptions("limit()", { deadline }, scopeOptions);
    this.#core.cap = deadline;
  }

  settled(options?: SettledOptions): Promise<Settlement> {
    return this.#start("settled", this.settled, options?.signal, async (signal) => {
      checkOptions("settled()", options, settledOptions);
      return await awaitSettled(this.#core, options, signal);
    });
  }

  run<T>(body: () => T): T {
    checkArgument("run(body)", body, kind.callback);
    const core = this.#core;
    const watch = (promise: WatchedPromise<unknown>) => {
      // what is left of a test that has ended is nobody's any more
      if (!core.closed) core.waits.add({ promise, startedAt: core.harness.clock.now(), about: {} });
    };
    return currentScope.run(this, () => traceContext.run({ traceId: core.traceId, watch }, body));
  }

  /** What happened in this scope so far, as text. */
  timeline(): string {
    const { harness, id, from, openedAt } = this.#core;
    const belongs = this.#core.belongs.bind(this.#core);
    return renderTimeline(timeline(harness.journal.entries(from), { scope: id, from, openedAt, belongs }));
  }

  cutOff(by: string): readonly VerdictError[] {
    checkArgument("cutOff(by)", by, kind.text);
    const { harness, waits, name, openedAt } = this.#core;
    const ended = [...waits].flatMap(({ promise, startedAt, about }) => {
      if (promise.settled) return [];
      const { what, origin } = promise;
      const detail = `${what} was cut off after ${formatDuration(harness.clock.now() - startedAt)}: ${by}`;
      const error = failure(this.#core, { code: "NOT_JUDGED", detail, what, startedAt, ...about, origin });
      promise.abort(error);
      return error;
    });
    if (ended.length > 0) return ended;
    const nothing = failure(this.#core, {
      code: "NOT_JUDGED",
      detail: `"${name}" was cut off while none of its waits was pending: ${by}`,
      what: "nothing of Wakeful's",
      startedAt: openedAt,
      circumstance: "nothing was waiting",
      // it is not known which line the test was at
      origin: "",
    });
    return [nothing];
  }

  close(outcome: { readonly failed: boolean } = { failed: false }): Promise<void> {
    checkOptions("close()", outcome, closeOptions);
    this.#closing ??= this.#close(outcome.failed);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @internal */
  probeContext(): ProbeContext {
    const { harness, cap } = this.#core;
    const { lives, journal } = harness;
    return {
      clock: harness.clock,
      sla: harness.sla,
      slaSource: harness.slaSource,
      cap,
      onEvent: (callback) =>
        journal.watch({ kinds: ["received", "refused"] }, (entry) => {
          const came = entry.kind === "received" || entry.kind === "refused";
          if (came && this.#core.belongs(entry) !== "foreign") callback();
        }),
      onDeath: (callback) => {
        const { death } = lives;
        if (death !== undefined) callback(tellEarlierDeath(death, "the probe", harness.clock.now()), true);
        return lives.onDeath((later) => {
          callback(nameDeath(later), false);
        });
      },
      onLook: ({ number, took, outcome, result }, probe) => {
        journal.append({ kind: "look", scope: this.#core.id, probe, number, took, outcome, result });
      },
      onBlocked: (length, probe) => {
        const text = `${probe} blocked this process for ${formatDuration(length)}: nothing else ran meanwhile`;
        journal.append({ kind: "note", scope: this.#core.id, text });
      },
      onGreen: (what, took, within) => {
        this.#core.tell({ what, outcome: "green", detail: "held", took, ...(within !== undefined && { within }) });
      },
      fail: (problem) => this.#probeFailure(problem),
      start: this.#start,
    };
  }

  #probeFailure(problem: ProbeFailure): VerdictError {
    const { code, detail, what, startedAt, within, source, lateness, blocked, history, cause, dump } = problem;
    return failure(this.#core, {
      code,
      detail,
      what,
      startedAt,
      sla: { within, source, zero: "the start of the wait" },
      looks: { count: history.count, first: history.first, last: history.last, history: history.runs },
      ...(lateness !== undefined && { lateness }),
      ...(blocked !== undefined && { blocked }),
      ...(cause !== undefined && { cause }),
      ...(dump !== undefined && { dump }),
      ...diffOf(cause),
    });
  }

  readonly #start: StartWait = (what, calledFrom, signal, wait) => {
    const core = this.#core;
    const about: StartedWait["about"] = {};
    const promise = WatchedPromise.start({ what, calledFrom, signal }, async (combined, origin) => {
      try {
        if (core.harness.closed) throw wakefulError("HARNESS_CLOSED", { action: what });
        if (core.closed) throw wakefulError("SCOPE_CLOSED", { scope: core.name, action: what });
        return await wait(combined, origin, about);
      } catch (error) {
        // what the user sees first is the line of the test, not a line of ours
        if (error instanceof UsageError || error instanceof VerdictError)
          error.stack = `${error.name}: ${error.message}\n${origin()}`;
        throw error;
      }
    });
    core.waits.add({ promise, startedAt: core.harness.clock.now(), about });
    return promise;
  };

  /**
   * A system that ended by itself while the test ran, or that nobody has told of, and is still down: even when no wait was
   * there to see it.
   */
  #unnoticedDeath(): VerdictError[] {
    const core = this.#core;
    const { lives } = core.harness;
    const death = lives.untoldDeath ?? lives.deathSince(core.from);
    if (death === undefined) return [];
    const detail =
      death.sequence < core.from
        ? tellEarlierDeath(death, "this test", core.openedAt)
        : `${nameDeath(death)} during this test, and was not started again`;
    return [deathFailure(core, `the end of the scope "${core.name}"`, detail)];
  }

  async #close(failed: boolean): Promise<void> {
    const core = this.#core;
    const { harness } = core;
    const errors: WakefulError[] = [];
    // an await whose promise has just been handed out is noted a microtask later
    await harness.clock.turn();
    for (const { promise: wait, startedAt } of core.waits) {
      if (wait.awaited) continue;
      const error = verdictError(
        "NOT_AWAITED",
        { detail: `${wait.what} was started in "${core.name}", and nobody awaited it` },
        { stack: wait.origin },
      );
      const took = harness.clock.now() - startedAt;
      core.tell({ what: wait.what, outcome: "red", detail: "NOT_AWAITED", took });
      errors.push(error);
      wait.abort(error);
    }
    const settled = await settledAtEnd(core);
    // from here to the end nothing is awaited: what comes later finds the scope closed
    core.release();
    errors.push(...failedFaults(core), ...untakenDeadLetters(core), ...harness.proofs.settle(core));
    // a test that failed without a word of it is told why
    const untold = failed && harness.lives.untoldDeath === undefined ? [] : this.#unnoticedDeath();
    if (failed) errors.length = 0;
    errors.push(...untold);
    core.end(settled);
    if (!failed) watchDeadLetters(core);
    for (const { promise: wait } of core.waits) {
      wait.abort(wakefulError("SCOPE_CLOSED", { scope: core.name, action: wait.what }));
    }
    core.waits.clear();
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, errors.map(({ message }) => message).join("\n\n"));
  }
}
