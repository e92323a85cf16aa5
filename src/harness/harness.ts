import type { AnyDeclaration, ObservedSystem, Subscription } from "../contracts/index.ts";
import { UsageError, type VerdictError, WakefulError, wakefulError } from "../errors.ts";
import { Journal } from "../journal/index.ts";
import * as kind from "../kinds.ts";
import { checkArgument, checkOptions, tellValue } from "../options.ts";
import { framesOfUser, showFrames } from "../text/index.ts";
import { delay, EventLoopLag, milliseconds, systemClock, Waker } from "../time/index.ts";
import { DoubtfulLetters } from "./dead-letters.ts";
import { deathFailure } from "./death-failure.ts";
import { FieldHistory } from "./field-history.ts";
import type { HarnessCore } from "./harness-core.ts";
import { Intake } from "./intake.ts";
import { OpenProofs } from "./open-proofs.ts";
import { harnessOptions, journalOptions, scopeOptions } from "./option-kinds.ts";
import { TestScope } from "./scope.ts";
import { ScopeCore } from "./scope-core.ts";
import { nameDeath, Systems } from "./systems.ts";
import { newTracePrefix } from "./trace.ts";
import { takeNote } from "./take-note.ts";
import { accountingsOf, systemsOf, transportsOf } from "./transports.ts";
import type { Declarations, Harness, HarnessOptions, Scope, ScopeOptions } from "./types.ts";

const defaultSla = 3_000;
/** A declaration that is not true shows within this time after the last proof; closing earlier would hide it. */
const lingerAfterProof = 500;
/** A system that dies of what a test has left undone does so within this time after the test, or nobody is told. */
const lingerAfterWork = 300;

/**
 * Opens all channels of a run and arms their listeners: nothing sent from then on can be missed.
 *
 * Rejects with `RESOURCE_MISSING`, `DUPLICATE_CHANNEL`, `LISTENER_NOT_ARMED`, `FILTER_POLICY_REFUSED`, `INVALID_CHANNEL`,
 * `INVALID_OPTION`, `INVALID_DURATION`; what was opened by then is closed again.
 *
 * @example
 * await using harness = await createHarness({ channels: { created: aws.topic("customer--created") }, sla: "3s" });
 * await using scope = harness.scope("a new customer is announced");
 * const event = await scope.channels.created.next();
 */
export async function createHarness<const D extends Declarations>(options: HarnessOptions<D>): Promise<Harness<D>> {
  checkOptions("createHarness()", options, harnessOptions);
  checkOptions("journal of createHarness()", options.journal, journalOptions);
  const called: { stack?: string } = {};
  Error.captureStackTrace(called, createHarness);
  const { channels, clock = systemClock, signal } = options;
  const sla = options.sla === undefined ? defaultSla : milliseconds(options.sla, "sla");
  const declarations = new Map(Object.entries(channels));
  checkDeclarations(declarations);
  signal?.throwIfAborted();

  const journal = new Journal({ clock, ...options.journal });
  const transports = transportsOf([...declarations.values()]);
  const systems: readonly ObservedSystem[] = [...new Set([...(options.systems ?? []), ...systemsOf(transports)])];
  const spans = new Map<string, number>();
  const tracePrefix = newTracePrefix();
  const owners = new Map<string, string>();
  const intakes = new Map<string, Intake>();
  for (const [channel, declaration] of declarations) {
    if (declaration.endpoint.listen === undefined) continue;
    const sentAt = (spanId: string) => spans.get(spanId);
    intakes.set(channel, new Intake({ journal, clock, channel, declaration, sentAt, tracePrefix, owners }));
  }
  const lag = new EventLoopLag(clock);
  const openScopes = new Set<ScopeCore>();
  const core: HarnessCore = {
    clock,
    journal,
    sla,
    slaSource: options.sla === undefined ? "the default" : "the harness's sla",
    declarations,
    intakes,
    fields: new Map([...intakes.keys()].map((channel) => [channel, new FieldHistory(journal, channel)])),
    transports,
    accountings: accountingsOf(transports),
    systems,
    lives: new Systems(systems, journal),
    proofs: new OpenProofs(journal, openScopes),
    doubtful: new DoubtfulLetters(),
    openScopes,
    lastUnsettled: undefined,
    owners,
    spans,
    tracePrefix,
    blocked: (from, to) => lag.longest(from, to),
    closed: false,
  };
  const told = [
    ...transports.map((transport) =>
      transport.faults?.((cause, where) => {
        journal.append({ kind: "fault", where, cause });
      }),
    ),
    ...core.accountings.map((accounting) =>
      accounting.notes?.((note) => {
        takeNote(core, note);
      }),
    ),
  ];
  const { onVerdict } = options;
  const verdicts =
    onVerdict &&
    journal.watch({ kinds: ["verdict"] }, (entry) => {
      if (entry.kind !== "verdict") return;
      const { name, what, outcome, took, within } = entry;
      onVerdict({ scope: name, what, outcome, took, ...(within !== undefined && { within }) });
    });
  const release = () => {
    verdicts?.[Symbol.dispose]();
    lag[Symbol.dispose]();
    core.lives[Symbol.dispose]();
    core.proofs.close();
    for (const telling of told) telling?.[Symbol.dispose]();
  };
  try {
    const listeners = await arm(core, signal ?? new AbortController().signal);
    return new OpenHarness<D>(core, listeners, release);
  } catch (error) {
    release();
    // listeners are armed side by side, with nothing of the user's on the stack
    throw error instanceof UsageError ? showFrames(error, framesOfUser(called)) : error;
  }
}

const declarationParts = { schema: kind.schema, codec: kind.codec, correlation: kind.correlation };

function checkDeclarations(declarations: ReadonlyMap<string, AnyDeclaration>): void {
  const seen: { name: string; declaration: AnyDeclaration }[] = [];
  for (const [name, declaration] of declarations) {
    // JavaScript users, and declarations that lost their type on the way
    const given = declaration as Partial<AnyDeclaration> | null | undefined;
    if (typeof given?.endpoint?.name !== "string" || typeof given.transport?.name !== "string") {
      throw wakefulError("INVALID_CHANNEL", { channel: name, value: tellValue(given) });
    }
    for (const [part, expected] of Object.entries(declarationParts)) {
      const value = given[part as keyof typeof declarationParts];
      if (value !== undefined) checkArgument(`${part} of the channel ${name}`, value, expected);
    }
    const twin = seen.find(
      ({ declaration: other }) =>
        other.endpoint.name === declaration.endpoint.name && other.transport === declaration.transport,
    );
    if (twin !== undefined) {
      throw wakefulError("DUPLICATE_CHANNEL", { first: twin.name, second: name, endpoint: declaration.endpoint.name });
    }
    seen.push({ name, declaration });
  }
}

interface Listener {
  readonly channel: string;
  readonly subscription: Subscription;
}

/** Arms all listeners at once. When one cannot be armed, those that could are closed again. */
async function arm(core: HarnessCore, signal: AbortSignal): Promise<Listener[]> {
  const attempts = await Promise.allSettled(
    [...core.intakes].map(async ([channel, intake]) => {
      const endpoint = core.declarations.get(channel)?.endpoint;
      try {
        const subscription = await endpoint?.listen?.(intake, signal);
        core.journal.append({ kind: "listener", channel, state: "armed" });
        return subscription && { channel, subscription };
      } catch (cause) {
        signal.throwIfAborted();
        throw cause instanceof WakefulError ? cause : wakefulError("LISTENER_NOT_ARMED", { channel }, { cause });
      }
    }),
  );
  const armed = attempts.flatMap((attempt) => (attempt.status === "fulfilled" ? (attempt.value ?? []) : []));
  const failed = attempts.find((attempt) => attempt.status === "rejected");
  if (failed === undefined) return armed;
  await Promise.allSettled(armed.map(({ subscription }) => subscription[Symbol.asyncDispose]()));
  throw failed.reason;
}

class OpenHarness<D extends Declarations> implements Harness<D> {
  readonly #core: HarnessCore;
  readonly #listeners: readonly Listener[];
  readonly #release: () => void;
  readonly #scopes = new Set<TestScope>();
  #latest: ScopeCore | undefined;
  #closing: Promise<void> | undefined;

  constructor(core: HarnessCore, listeners: readonly Listener[], release: () => void) {
    this.#core = core;
    this.#listeners = listeners;
    this.#release = release;
  }

  scope(name: string, options: ScopeOptions = {}): Scope<D> {
    checkArgument("The name of a scope", name, { ...kind.anyText, expected: "a text: what the test is called" });
    checkOptions("scope()", options, scopeOptions);
    if (this.#core.closed)
      throw wakefulError("HARNESS_CLOSED", { action: `scope("${name}")` }, { calledFrom: this.scope });
    for (const scope of this.#scopes) if (!this.#core.openScopes.has(scope.core)) this.#scopes.delete(scope);
    this.#latest = new ScopeCore(this.#core, name, options.deadline);
    const scope = new TestScope(this.#latest);
    this.#scopes.add(scope);
    return scope as unknown as Scope<D>;
  }

  takeFailures(): readonly Error[] {
    const { proofs, doubtful, openScopes } = this.#core;
    // a scope that is open may still take what nobody took until now
    return [...proofs.take(), ...(openScopes.size === 0 ? doubtful.take() : [])];
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** A system that has ended by itself, and that no test has told of: it may have died of the last thing that one asked of it. */
  async #untoldDeath(): Promise<VerdictError[]> {
    const { clock, lives, lastUnsettled } = this.#core;
    const scope = this.#latest;
    if (scope === undefined || lives.all.length === 0) return [];
    // what has ended by now is noted in the next turns
    await clock.turn();
    await clock.turn();
    const rest = lastUnsettled === undefined ? 0 : lastUnsettled.closedAt + lingerAfterWork - clock.now();
    if (rest > 0 && lives.untoldDeath === undefined) {
      const waker = new Waker(clock);
      using _watch = lives.onDeath(waker.wake);
      await waker.rest(rest);
    }
    const death = lives.untoldDeath;
    if (death === undefined) return [];
    const detail = `${nameDeath(death)} after "${scope.name}" had ended, and no test told of it`;
    return [deathFailure(scope, "the end of the harness", detail)];
  }

  async #close(): Promise<void> {
    const { clock, journal, proofs, openScopes } = this.#core;
    if (proofs.latest !== undefined) {
      const rest = proofs.latest + lingerAfterProof - clock.now();
      if (rest > 0) await delay(clock, rest);
    }
    const errors: unknown[] = [];
    for (const scope of this.#scopes) {
      // a scope that was closed already rejects again with what it was red for: that was told then
      if (openScopes.has(scope.core)) await scope.close().catch((error: unknown) => errors.push(error));
    }
    errors.push(...(await this.#untoldDeath()));
    this.#core.closed = true;
    const closed = await Promise.allSettled(
      this.#listeners.map(async ({ channel, subscription }) => {
        await subscription[Symbol.asyncDispose]();
        journal.append({ kind: "listener", channel, state: "closed" });
      }),
    );
    for (const result of closed) {
      if (result.status === "fulfilled") continue;
      const cause: unknown = result.reason;
      errors.push(
        cause instanceof WakefulError ? cause : wakefulError("CLOSE_FAILED", { what: "a listener" }, { cause }),
      );
    }
    errors.unshift(...this.takeFailures());
    this.#release();
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, "The harness was closed, with several failures");
  }
}
