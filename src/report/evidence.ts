import type { Circumstance, VerdictCode } from "../errors.ts";
import type { TimelineLine } from "../journal/index.ts";

/** Everything that a failed wait, probe or proof knows: the one model that text, JSON and other reports are made of. */
export interface Evidence {
  readonly code: VerdictCode;
  /** The first line. */
  readonly headline: string;
  readonly hint: string;
  /** What is known and decided the hint. */
  readonly circumstance?: Circumstance;
  readonly scope: { readonly name: string; readonly traceId: string };
  readonly awaited: {
    /** "next on customerCreated". */
    readonly what: string;
    readonly match?: unknown;
    /** A predicate's source text. */
    readonly predicate?: string;
  };
  /** Whether silence was awaited: then nothing came instead. */
  readonly awaitsNothing?: boolean;
  readonly sla?: {
    /** Milliseconds. */
    readonly within: number;
    /** "within", "the harness's sla", "the default". */
    readonly source: string;
    /** "the start of the wait". */
    readonly zero: string;
  };
  /** Milliseconds from the start of the wait to the verdict. */
  readonly waited: number;
  /** How much too late this process noticed its own deadline, ms: it was blocked. */
  readonly lateness?: number;
  /** The longest time that a probe itself blocked this process, ms, where that was long. */
  readonly blocked?: number;
  readonly closest?: {
    readonly event: EventEvidence;
    readonly differences: readonly {
      readonly path: string;
      readonly expected: unknown;
      readonly actual: unknown;
      readonly missing: boolean;
    }[];
  };
  /** Came after the deadline. */
  readonly late: readonly (EventEvidence & { readonly by: number })[];
  /** Came, and should not have; or all that were counted; or what a predicate threw on. */
  readonly unexpected: readonly EventEvidence[];
  /** What else came and is what was awaited: it was counted, or an earlier wait had taken it. */
  readonly matching: readonly EventEvidence[];
  /** What else came on the channel. */
  readonly others: readonly EventEvidence[];
  readonly looks?: LookEvidence;
  readonly facts?: {
    readonly holding: readonly string[];
    readonly unknowable: readonly { readonly fact: string; readonly reason: string }[];
    /** Work known to be going on. */
    readonly busy: readonly string[];
    /** Whether all of it is known to be done, so that nothing more comes of it. */
    readonly done: boolean;
  };
  /** What of the test's own publications did not pass the channel's filter, for people. */
  readonly filtered?: string;
  readonly systems: readonly { readonly name: string; readonly ready: boolean }[];
  /** Faults that somebody injected: made during the scope, or that hit something of it. */
  readonly faults: readonly InjectedFaultEvidence[];
  readonly timeline: readonly TimelineLine[];
  /** The error behind it. */
  readonly cause?: unknown;
  /** What `onTimeout` returned. */
  readonly dump?: unknown;
}

/** A fault that somebody injected. */
export interface InjectedFaultEvidence {
  /** "duplicate on queue orders, number 2". */
  readonly name: string;
  /** How often it hit something of the scope, or something of which is not known whose it is. */
  readonly count: number;
  /** The first of its hits. */
  readonly hits: readonly {
    /** Position in the journal. */
    readonly sequence: number;
    /** Milliseconds since the scope began. */
    readonly offset: number;
    readonly text: string;
  }[];
  /** What was wrong with the fault itself: why the test fails by it. */
  readonly problem?: string;
  /** How many messages or requests it counted, where it is what the test fails by. */
  readonly passed?: number;
  /** Which of them it waited for: "number 2". */
  readonly awaited?: string;
}

export interface EventEvidence {
  /** Position in the journal. */
  readonly sequence: number;
  /** Milliseconds since the scope began. */
  readonly offset: number;
  readonly channel: string;
  readonly id: string;
  readonly payload: unknown;
  readonly belongs: "mine" | "foreign" | "unattributed";
  readonly claimed: boolean;
  /** Of a dead letter those to the system count too. */
  readonly deliveries: number;
  /** Where several are counted: which of those that are what was awaited, from 1. */
  readonly ordinal?: number;
  readonly deadLetter?: boolean;
}

/** What a probe saw. */
export interface LookEvidence {
  readonly count: number;
  readonly first?: unknown;
  readonly last?: unknown;
  /** Distinct results in order, each with how often it came. */
  readonly history: readonly { readonly result: unknown; readonly times: number }[];
}
