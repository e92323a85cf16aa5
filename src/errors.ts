/**
 * Every error of Wakeful has a code, its facts as plain data, and a hint. One table holds them all.
 *
 * Three classes: a `UsageError` is a mistake in the test or its configuration; a `SystemError` is something around the
 * test that is not as it must be (a broker, a resource, a process); a `VerdictError` is a test's result: red.
 */

import { escapeText, formatDuration, framesOfUser, redactText, showFrames } from "./text/index.ts";

export { formatDuration };

/** What a system wrote, for a message: it may steer no terminal and show no secret. */
const line = (text: string) => redactText(escapeText(text));
const logText = (title: string, log: readonly string[]) =>
  log.length === 0 ? "" : `\n${title}:\n  ${log.map(line).join("\n  ")}`;
const list = (values: readonly string[]) => (values.length === 0 ? "none" : values.join(", "));
const meant = ([first]: readonly string[]) => (first === undefined ? "" : `Did you mean ${first}? `);

interface Kind<Facts> {
  readonly class: "usage" | "system" | "verdict";
  readonly message: (facts: Facts) => string;
  readonly hint: (facts: Facts) => string;
}

function usage<Facts>(message: Kind<Facts>["message"], hint: Kind<Facts>["hint"]): Kind<Facts> {
  return { class: "usage", message, hint };
}

function system<Facts>(message: Kind<Facts>["message"], hint: Kind<Facts>["hint"]): Kind<Facts> {
  return { class: "system", message, hint };
}

/**
 * A verdict's message is its first line; the harness renders the full report around it. What is known beside the code may
 * rule out what the hint would ask: then it is another one.
 */
function verdict(
  headline: string,
  hint: string,
  hints: Partial<Record<Circumstance, string>> = {},
): Kind<VerdictFacts> {
  return {
    class: "verdict",
    message: ({ detail }) => (detail ? `${headline}: ${detail}` : headline),
    hint: ({ circumstance }) => (circumstance && hints[circumstance]) ?? hint,
  };
}

/** What is known of a verdict and decides what to do about it. */
export type Circumstance =
  | "came late"
  | "taken already"
  | "work is done"
  | "work goes on"
  | "not acknowledged"
  | "ended before"
  | "nothing to compare with"
  | "schema mismatch"
  | "could not decode"
  | "no such field"
  | "other type"
  | "nothing was waiting";

const notAcknowledged =
  "Is the system slower than promised, or does it not acknowledge what it took, or what it skips? What is not deleted comes again when it is visible: at once by expireVisibility() of the simulator, or by advance().";

/** An option, or an argument, whose value is none. */
interface InvalidValue {
  /** What was given the option: "next on orders". */
  readonly of?: string;
  readonly option: string;
  readonly value: string;
  readonly expected: string;
}

/** An option that there is not. */
interface UnknownOption {
  /** What was given it: "next on orders". */
  readonly of: string;
  readonly option: string;
  readonly similar: readonly string[];
  readonly known: readonly string[];
}

/** Facts of a verdict. */
export interface VerdictFacts {
  /** The rest of the first line: what was awaited, and what happened instead. */
  readonly detail: string;
  readonly circumstance?: Circumstance;
  /** The evidence behind it, as plain data that survives JSON. The report room gives it its shape. */
  readonly evidence?: unknown;
}

const table = {
  // --- mistakes in a test or its configuration
  INVALID_DURATION: usage<{ value: string; where: string }>(
    ({ value, where }) => `${where}: "${value}" is not a duration`,
    () =>
      `Give milliseconds as a number, or a text such as "250ms", "1.5s", "2m" or "1h": finite, not negative, no space.`,
  ),
  TIMERS_FAKED: usage<{ faked: string }>(
    ({ faked }) =>
      `Timers were faked before Wakeful was loaded: ${faked} of node:timers is not Node's own, and every wait would freeze`,
    () => `Import wakeful at the top of the file, before anything calls mock.timers.enable() or the like.`,
  ),
  INVALID_OPTION: usage<InvalidValue | UnknownOption>(
    (facts) =>
      "known" in facts
        ? `${facts.of} has no option "${facts.option}"`
        : `${facts.option}${facts.of === undefined ? "" : ` of ${facts.of}`}: ${facts.value} is not valid`,
    (facts) =>
      "known" in facts ? `${meant(facts.similar)}It has: ${list(facts.known)}.` : `Expected ${facts.expected}.`,
  ),
  INVALID_MATCH: usage<{
    channel: string;
    path: string;
    problem: string;
    similar?: readonly string[];
    known?: readonly string[];
    /** How it is to be called instead. */
    instead?: string;
  }>(
    ({ channel, path, problem }) =>
      `The match for ${channel} would prove nothing: ${problem}${path ? ` at "${path}"` : ""}`,
    ({ similar = [], known, instead }) =>
      instead === undefined
        ? `${meant(similar)}${known === undefined ? "" : `The schema has: ${list(known)}. `}Was a field renamed, or an id read from the wrong object? Give the value itself, or call it without a match to mean any event.`
        : `${instead}.`,
  ),
  DUPLICATE_CHANNEL: usage<{ first: string; second: string; endpoint: string }>(
    ({ first, second, endpoint }) => `Channels "${first}" and "${second}" are both ${endpoint}`,
    () =>
      `Declare each topic or queue once and use that channel in all tests: two listeners would each see only half of it, or everything twice.`,
  ),
  INVALID_CHANNEL: usage<{ channel: string; value: string }>(
    ({ channel, value }) => `Channel "${channel}" is not a declaration of a transport: ${value}`,
    () => `Use what a transport returns, for example snsSqs(...).topic("customer--created").`,
  ),
  NO_CHANNELS: usage<Readonly<Record<string, unknown>>>(
    () => `The environment that start() returned has no channels`,
    () => `Return { channels: { ... } }, with what your transports made.`,
  ),
  NOT_SENDABLE: usage<{ channel: string }>(
    ({ channel }) => `Nothing can be sent to ${channel}`,
    () => `Only a topic, a queue or a bus takes events. A dead-letter queue is filled by the broker.`,
  ),
  NOT_LISTENABLE: usage<{ channel: string }>(
    ({ channel }) => `${channel} cannot be listened to`,
    () =>
      `A queue that a system reads has one reader. Listen to the topic before it, to its dead letters, or probe the system's state.`,
  ),
  GROUP_MISSING: usage<{ channel: string }>(
    ({ channel }) => `What is sent to ${channel} needs a message group`,
    () =>
      `A FIFO topic or queue keeps the order within each group: say which, for example send(payload, { key: order_id }).`,
  ),
  DEDUPLICATION_ID_MISSING: usage<{ channel: string }>(
    ({ channel }) => `What is sent to ${channel} needs a deduplication id`,
    () =>
      `Give send() a deduplicationId: the same one again within five minutes is the same message. Only where the topic or queue has ContentBasedDeduplication does the broker make one, of the body.`,
  ),
  NOT_REDRIVABLE: usage<{ channel: string }>(
    ({ channel }) => `Nothing can be sent back from ${channel}`,
    () => `Only a dead-letter queue has letters that can be redriven: snsSqs(...).deadLetters("orders--dlq").`,
  ),
  NOTHING_TO_REDRIVE: usage<{ channel: string; redriven: number }>(
    ({ channel, redriven }) =>
      `No dead letter of this test is there to be sent back from ${channel}${redriven > 0 ? `: ${redriven} went back already` : ""}`,
    () => `redrive() does not wait: await the letter first, with next(). Does the match fit it?`,
  ),
  REDRIVE_SOURCE_UNKNOWN: usage<{ channel: string; id: string }>(
    ({ channel, id }) => `The letter ${id} on ${channel} does not tell which queue it came from`,
    () =>
      `A broker says so of what it moved itself, not of what a system sent there. Name the queue: deadLetters("orders--dlq", { source: "orders" }).`,
  ),
  SCOPE_CLOSED: usage<{ scope: string; action: string }>(
    ({ scope, action }) => `${action} after the scope "${scope}" ended`,
    () => `Await everything inside the test. A scope ends with its test.`,
  ),
  HARNESS_CLOSED: usage<{ action: string }>(
    ({ action }) => `${action} after the harness was closed`,
    () => `Open the harness for the whole run, and close it last.`,
  ),
  PAYLOAD_REJECTED: usage<{ channel: string; issues: readonly string[] }>(
    ({ channel, issues }) => `The payload does not fit the schema of ${channel}: ${list(issues)}`,
    () => `Send what a real producer would send, or use sendRaw() to send something malformed on purpose.`,
  ),
  ENCODING_FAILED: usage<{ channel: string; codec: string }>(
    ({ channel, codec }) => `The payload for ${channel} could not be encoded as ${codec}`,
    () => `See the cause. A JSON payload has no BigInt and no cycle.`,
  ),
  BOOLEAN_PROBE: usage<{ probe: string; value: string }>(
    ({ value }) => `The probe returned ${value}: a boolean says neither what was expected nor what was there`,
    () =>
      `Assert inside the probe (any throw means "not yet"), or return the state itself and give { until: (value) => boolean }.`,
  ),
  TIME_IS_SHARED: usage<{ scopes: readonly string[] }>(
    ({ scopes }) => `Time cannot be moved while ${scopes.length} scopes use this simulator: ${list(scopes)}`,
    () =>
      `Start a simulator for each worker and do not run tests that move time concurrently; expireVisibility() touches one queue only.`,
  ),
  FAULT_NOT_POSSIBLE: usage<{ fault: string; place: string; reason: string }>(
    ({ fault, place, reason }) => `${fault} cannot happen on ${place}: ${reason}`,
    () => `A fault does what the real broker could do too, so that what it finds is a fault of the system.`,
  ),
  REMOTE_REFUSED: usage<{ host: string }>(
    ({ host }) => `Listening on ${host} would open the simulator to other machines`,
    () => `Use 127.0.0.1, or give { allowRemote: true, token }.`,
  ),
  MISSING_CREDENTIALS: usage<{ client: string }>(
    ({ client }) => `The ${client} client has no credentials`,
    () => `On the simulator build the client from simulator.config; on AWS let the SDK find a profile or role.`,
  ),
  WRONG_ENDPOINT: usage<{ endpoint: string; problem: string }>(
    ({ endpoint, problem }) => `Nothing that speaks this protocol answers at ${endpoint}: ${problem}`,
    () =>
      `Check the endpoint: on the simulator build the client from simulator.config, in other processes use simulator.env.`,
  ),
  FILTER_POLICY_REFUSED: usage<{ topic: string; policy: string; reason: string }>(
    ({ topic, policy }) => `The filter policy ${policy} of topic ${topic} was refused`,
    ({ reason }) =>
      `SNS says: "${line(reason)}". A policy has a list of what is accepted for each name: { kind: ["new", { prefix: "re" }] }.`,
  ),
  // --- the surroundings
  RESOURCE_MISSING: system<{ resource: string; similar: readonly string[] }>(
    ({ resource }) => `There is no ${resource}`,
    ({ similar }) =>
      `Names match exactly.${similar.length > 0 ? ` There is: ${list(similar)}.` : ""} Is it created before the harness opens? Systems that create their own topics must be started, and ready, first.`,
  ),
  COMPETING_LISTENERS: system<{ resource: string; holder: string }>(
    ({ resource, holder }) => `${resource} is read by another harness already: ${holder}`,
    () =>
      `One reader a queue: two would each get half of its events. Give each worker queues of its own, or wait for the lease to expire.`,
  ),
  LISTENER_NOT_ARMED: system<{ channel: string }>(
    ({ channel }) => `The listener on ${channel} could not be armed`,
    () => `See the cause. The broker must be up, and the topic or queue must exist, before the harness opens.`,
  ),
  SEND_FAILED: system<{ channel: string }>(
    ({ channel }) => `Sending to ${channel} failed`,
    () => `See the cause, which is the client's own error.`,
  ),
  REDRIVE_FAILED: system<{ queue: string; moved: number; status: string; reason: string }>(
    ({ queue, moved, status, reason }) =>
      `Moving the messages of ${queue} ended as ${status}, after ${moved}: ${reason}`,
    () =>
      `A task moves back only what the broker itself moved there. Say where to: redrive(queue, { to }), or take out what came from elsewhere.`,
  ),
  SYSTEM_NOT_READY: system<{ system: string; waited: number; check: string; last: string; log: readonly string[] }>(
    ({ system, waited, check, last, log }) =>
      `${system} was not ready after ${formatDuration(waited)}: ${check}${last ? `; last: ${line(last)}` : ""}${logText("Its log", log) || "\nIt logged nothing."}`,
    () => `Start it by hand with the same environment, or raise startWithin.`,
  ),
  SYSTEM_EXITED_AT_START: system<{ system: string; exit: string; log: readonly string[] }>(
    ({ system, exit, log }) =>
      `${system} ended while it was starting (${exit})${logText("Its log", log) || "\nIt logged nothing."}`,
    () =>
      `The cause is usually in its last lines. It inherits only PATH, HOME, TMPDIR and LANG: name what else it needs in inherit or env.`,
  ),
  COMMAND_NOT_FOUND: system<{ system: string; command: string; cwd: string; problem: string }>(
    ({ system, problem }) => `${system} could not be started: ${problem}`,
    () => `Give the program as a list, for example ["node", "src/main.ts"]. It is looked up on PATH, not in a shell.`,
  ),
  SYSTEM_HUNG_ON_STOP: system<{ system: string; stopWithin: number; log: readonly string[] }>(
    ({ system, stopWithin, log }) =>
      `${system} did not stop within ${formatDuration(stopWithin)} and was killed${logText("Its log", log)}`,
    () =>
      `A service that cannot stop loses work when it is deployed. Does it wait for a poll or a connection? Or raise stopWithin.`,
  ),
  HOOK_HUNG: system<{ system: string; hook: string; within: number }>(
    ({ system, hook, within }) => `${hook} of ${system} was not over after ${formatDuration(within)}`,
    () => `The system was stopped all the same. Does the hook await something that only a running test brings about?`,
  ),
  RESTART_CANCELLED: system<{ system: string }>(
    ({ system }) => `${system} was stopped while it was being restarted`,
    () => `Await restart() before the system is stopped; a test that ends stops it.`,
  ),
  LOG_INCOMPLETE: system<{ system: string; kept: number; dropped: number; until: string }>(
    ({ system, kept, dropped, until }) =>
      `The log of ${system} cannot answer: its ${dropped} oldest lines, until ${until}, were dropped and ${kept} are kept`,
    () => `Ask for a later period with since, or raise logLimit.`,
  ),
  START_FAILED: system<{ within: number; problem: string }>(
    ({ problem }) => `start() failed: ${problem}`,
    () => `Everything that start() had opened with use() was closed again. See the cause.`,
  ),
  START_TIMED_OUT: system<{ within: number; opened: readonly string[]; log: readonly string[] }>(
    ({ within, opened, log }) =>
      `start() did not finish within ${formatDuration(within)}; opened so far: ${list(opened)}${logText("Their log", log)}`,
    () => `Raise startWithin, or look at what start() is waiting for.`,
  ),
  CLOSE_FAILED: system<{ what: string }>(
    ({ what }) => `${what} could not be closed cleanly`,
    () => `See the cause. Something may be left over.`,
  ),
  TIME_NOT_SETTLED: system<{ holding: readonly string[]; steps: number; waited: number }>(
    ({ holding, waited }) =>
      `After ${formatDuration(waited)} of real time the consumers had not come back to their polls: ${list(holding)}`,
    () => `A consumer is still working on a message, or has stopped polling.`,
  ),
  // --- verdicts
  SLA_VIOLATED: verdict(
    "SLA violated",
    "Is the system slower than promised, or did the event never start? The timeline shows how far it came.",
    {
      "came late": "The system is slower than promised. The timeline shows where the time went.",
      "taken already":
        "A wait takes its event, so the next one awaits another. Is there to be a second? To look at one again keep what the wait returned, or ask seen().",
      "work is done":
        "To wait longer would bring nothing: the system has done all that it had to do, as the timeline shows. Or does it work on after its reply, against its finishesBeforeReply, or had it not replied yet?",
      "work goes on":
        "What is still waiting may bring it: is the system slower than promised, or must time be moved for it?",
      "not acknowledged": notAcknowledged,
    },
  ),
  WRONG_CONTENT: verdict("Wrong content", "An event came in time, but not this one: compare it with the closest one.", {
    "nothing to compare with": "An event came in time, but not this one: see what came instead.",
  }),
  UNEXPECTED_EVENT: verdict("Unexpected event", "Something happened that should not have."),
  WRONG_COUNT: verdict(
    "Wrong count",
    "Two ids are two publications; one id with deliveries > 1 is a redelivery by the broker.",
    {
      "came late": "The rest came, but too late. The timeline shows where the time went.",
      "work is done":
        "To wait longer would bring no more: the system has done all that it had to do, as the timeline shows. Or does it work on after its reply, against its finishesBeforeReply, or had it not replied yet?",
      "work goes on":
        "What is still waiting may bring the rest: is the system slower than promised, or must time be moved for it?",
      "not acknowledged": notAcknowledged,
    },
  ),
  HUNG: verdict(
    "Hung",
    "The last look never finished. Give the call inside the probe a time-out, or pass it attempt.signal.",
  ),
  PROBE_WRONG: verdict(
    "The probe itself may be wrong",
    "Every look failed in the same line in the same way: that is rarely the system.",
  ),
  UNHEARD: verdict(
    "Unheard",
    "What was sent reached nobody. Is the system subscribed, and ready? Is the filter policy right? Does its queue's policy let the topic send to it? To prove that it keeps something out, send something that passes, too.",
  ),
  FILTERED_OUT: verdict(
    "Filtered out",
    "Is the channel's filterPolicy right, and does what was sent have what it asks for? To send what the filter should keep out, declare another channel there without it.",
  ),
  UNKNOWN: verdict("Unknown", "While it was watched, something could have happened unseen: nothing can be concluded.", {
    "schema mismatch":
      "Whether it counts cannot be said of an event that does not fit the channel's schema: did the producer change, or the schema? One that is meant to be so is taken with refused(), before.",
    "could not decode":
      "Whether it counts cannot be said of an event that the channel's codec cannot read. One that is meant to be so is taken with refused(), before; or declare codec: raw() on the channel.",
    "no such field":
      "Is the field's name right? Where events may have it and none has had it yet, declare a schema on the channel, or give a predicate.",
    "work goes on":
      "Before it is over, silence proves nothing: is the system slower than promised, or must time be moved for it?",
    "not acknowledged": notAcknowledged,
    "other type": "Give the value in the type that the events have it in: numbers as numbers, text as text.",
  }),
  AMBIGUOUS: verdict(
    "Ambiguous",
    "Match on an id of this test, pass scope.headers, or declare the channel's correlation.",
  ),
  NOT_JUDGED: verdict(
    "Not judged",
    "The test runner's time-out came before the SLA: raise it (in Vitest: testTimeout), or lower the SLA.",
    {
      "nothing was waiting":
        "What the test awaited is none of Wakeful's waits, so nothing more is known of it: a call that the system does not answer? The timeline shows how far it came.",
    },
  ),
  NOT_KNOWABLE: verdict(
    "Not knowable",
    'Use the simulator, declare finishesBeforeReply or idle on the system, or say settled({ quiet: "500ms" }).',
  ),
  NOT_AWAITED: verdict("Not awaited", "Put await before it: what nobody awaits cannot fail the test."),
  PROOF_CONTRADICTED: verdict(
    "Proof contradicted",
    "Either the test itself caused it after the proof, or what the proof rested on is not true (finishesBeforeReply, idle), or this is another test's event: let the system hand traceparent on, or match on ids that are unique to the test.",
  ),
  LISTENER_DEAF: verdict("Listener deaf", "The listener lost its broker during the wait: events may be missing."),
  LISTENER_FAILED: verdict("Listener failed", "See the cause. The listener's transport reported it."),
  SYSTEM_EXITED: verdict("System exited", "What it wrote last, if anything, is in the timeline.", {
    "ended before":
      "What it wrote last, if anything, is in the timeline of the test in which it ended. Start it again between tests?",
  }),
  COULD_NOT_DECODE: verdict(
    "Could not decode",
    "An event came, but its body is not what the channel's codec reads. If that is meant so, declare codec: raw() on the channel.",
  ),
  SCHEMA_MISMATCH: verdict(
    "Schema mismatch",
    "An event came, but it does not fit the channel's schema: did the producer change, or the schema?",
  ),
  UNEXPECTED_DEAD_LETTER: verdict(
    "Unexpected dead letter",
    "The system gave up on an event of this test. Take it with next(), or with refused() if it cannot be read, or declare { allow: true }.",
  ),
  FAULT_WRONG: verdict(
    "The injected fault itself is wrong",
    "Its predicate threw (see the cause), and it selected nothing from then on: what the test shows, it shows without the fault.",
  ),
  FAULT_MISSED: verdict(
    "The injected fault missed",
    "What was to go wrong never did, so the test proves nothing about it. Is it on the right queue, topic or action, and is the number too high? A fault that may rightly hit nothing says { mayMiss: true }.",
  ),
  PROBE_FAILED: verdict("Probe failed", "The probe says that waiting on makes no sense."),
  NOT_HELD: verdict("Did not hold", "What had to stay true all the time was false once."),
} as const satisfies Record<string, Kind<never>>;

type Table = typeof table;

/** The code of an error: stable, made for programs. */
export type ErrorCode = keyof Table;

/** The codes of verdicts. */
export type VerdictCode = {
  [Code in ErrorCode]: Table[Code] extends Kind<VerdictFacts>
    ? VerdictFacts extends FactsOf<Code>
      ? Code
      : never
    : never;
}[ErrorCode];

/** The facts of an error, by its code. */
export type FactsOf<Code extends ErrorCode> = Table[Code] extends Kind<infer Facts> ? Facts : never;

/** What all errors of Wakeful have in common. */
export abstract class WakefulError extends Error {
  /** Stable, made for programs: "RESOURCE_MISSING". */
  readonly code: ErrorCode;
  /** What is known, as plain data. Its shape belongs to the code. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** What to do about it. */
  readonly hint: string;

  /** What reporters that serialize errors show: the message has it all, for people; the facts are for programs. */
  toJSON(): object {
    const shown = Object.entries(this).filter(([name]) => name !== "facts" && name !== "hint");
    return { ...Object.fromEntries(shown), name: this.name, message: this.message, stack: this.stack };
  }

  /** @internal */
  constructor(code: ErrorCode, message: string, facts: object, hint: string, options: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.facts = facts as Readonly<Record<string, unknown>>;
    this.hint = hint;
  }
}

/** A mistake in the test or its configuration. */
export class UsageError extends WakefulError {
  override readonly name = "UsageError";
}

/** Something around the test is not as it must be: a broker, a resource, a process. */
export class SystemError extends WakefulError {
  override readonly name = "SystemError";
}

/** A red verdict. `actual` and `expected` let the test runner print its own diff. */
export class VerdictError extends WakefulError {
  override readonly name = "VerdictError";
  declare readonly code: VerdictCode;
  actual?: unknown;
  expected?: unknown;
}

interface Details {
  readonly cause?: unknown;
  /**
   * The public function that the user called: the stack begins at its caller, not inside Wakeful. That of a `UsageError` does so
   * without it, unless there are too many lines of ours before it.
   */
  readonly calledFrom?: ((...arguments_: never[]) => unknown) | undefined;
}

const classes = { usage: UsageError, system: SystemError, verdict: VerdictError };

/** Makes an error of the table. */
export function wakefulError<Code extends ErrorCode>(
  code: Code,
  facts: FactsOf<Code>,
  details: Details = {},
): WakefulError {
  const kind = table[code] as unknown as Kind<FactsOf<Code>>;
  const hint = kind.hint(facts);
  const message = kind.class === "verdict" ? kind.message(facts) : `${kind.message(facts)}\n${hint}`;
  const error = new classes[kind.class](
    code,
    message,
    facts as object,
    hint,
    "cause" in details ? { cause: details.cause } : {},
  );
  if (details.calledFrom !== undefined) Error.captureStackTrace(error, details.calledFrom);
  else if (kind.class === "usage") showFrames(error, framesOfUser(error));
  return error;
}

/** Makes a verdict's error. `text` is the whole rendered report; without it the message is the first line and the hint. */
export function verdictError(
  code: VerdictCode,
  facts: VerdictFacts,
  details: Details & {
    readonly text?: string;
    readonly actual?: unknown;
    readonly expected?: unknown;
    readonly stack?: string | undefined;
  } = {},
): VerdictError {
  const kind: Kind<VerdictFacts> = table[code];
  const hint = kind.hint(facts);
  const message = details.text ?? `${kind.message(facts)}\n${hint}`;
  const error = new VerdictError(code, message, facts, hint, "cause" in details ? { cause: details.cause } : {});
  if ("actual" in details) error.actual = details.actual;
  if ("expected" in details) error.expected = details.expected;
  if (details.stack !== undefined) error.stack = `${error.name}: ${error.message}\n${details.stack}`;
  else if (details.calledFrom !== undefined) Error.captureStackTrace(error, details.calledFrom);
  return error;
}

/** The first line and the hint of a verdict, for whoever renders a report. */
export function verdictTexts(code: VerdictCode, facts: VerdictFacts): { headline: string; hint: string } {
  const kind: Kind<VerdictFacts> = table[code];
  return { headline: kind.message(facts), hint: kind.hint(facts) };
}
