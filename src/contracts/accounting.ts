/**
 * What a broker can say about messages. Broker-wide: it covers the systems' private queues and the harness's own.
 * Given to a transport by the user (`accounting: simulator`), or provided by the transport itself (in-process).
 */
export interface Accounting {
  /** For reports: "aws simulator". */
  readonly name: string;
  /** Starts counting. Of messages of another harness's trace than `traceId` the mark says nothing. */
  mark(options: MarkOptions, signal: AbortSignal): Promise<Mark>;
  /** How many consumers that are not the harness's own a sent message reached; undefined when it does not know. */
  reached?(messageId: string): number | undefined;
  /**
   * Whether filters are all that kept a sent message from consumers that are not the harness's own, and each of them is known to
   * have let another of these messages pass.
   */
  keptOut?(messageId: string, beside: readonly string[]): boolean;
  /** Tells the accounting that a scope is open on this broker, until disposed. Guards shared time, and ends the scope's faults. */
  scopeOpened?(name: string, scope?: OpenedScope): Disposable;
  /**
   * Tells the accounting that the harness itself reads a queue that it did not make, until disposed: notes leave out what it
   * takes there.
   */
  harnessReads?(queue: string): Disposable;
  /** Tells of what people should find in the timeline: what became of a message, that time was moved, that a fault hit. */
  notes?(listener: (note: BrokerNote) => void): Disposable;
}

/** A scope, as a broker needs to know it. */
export interface OpenedScope {
  /** 32 hex digits. What is done in the scope's async context is known as its own. */
  readonly traceId: string;
  /** Tells that a fault of the scope proves nothing: the scope fails. Also called while the scope is being disposed. */
  faultFailed(failure: InjectedFaultFailure): void;
}

/** Why a fault that somebody injected proves nothing. */
export interface InjectedFaultFailure {
  /** "duplicate on queue orders, number 2". */
  readonly name: string;
  /** The same as in its notes. */
  readonly id?: string;
  readonly why: "its predicate threw" | "it missed";
  /** For people: "it waited for number 2, but 1 passed". */
  readonly text: string;
  /** How many messages or requests it counted. */
  readonly passed: number;
  /** Which of them it waited for: "number 2". */
  readonly awaited: string;
  /** What its predicate threw. */
  readonly cause?: unknown;
  /** The stack of the line that made it, without a heading. */
  readonly origin: string;
}

/** One line of the timeline. */
export interface BrokerNote {
  /** For people: "taken from queue customer--order-created (receive 1)". */
  readonly text: string;
  /** The message that it is about, where it is about one. */
  readonly about?: {
    /** As it was sent or published. */
    readonly messageId?: string;
    /** 32 hex digits, where the message bears a trace. */
    readonly traceId?: string;
  };
  /** Whether it happens to every message: it is left out first where there is too much to show. */
  readonly routine?: boolean;
  /** The fault that it is about, which somebody injected. */
  readonly fault?: InjectedFault;
}

/** A fault that somebody injected, and what it did now. */
export interface InjectedFault {
  /** "duplicate on queue orders, number 2". */
  readonly name: string;
  /** Tells those of the same name apart. Left out: they count as one. */
  readonly id?: string;
  readonly event: "set" | "hit" | "undone" | "broken";
  /** "delivered twice". */
  readonly text: string;
}

export interface MarkOptions {
  /** The trace id (32 hex digits) of the scope that asks. Messages known to belong to another trace are left out. */
  readonly traceId?: string;
}

/** A moment since which messages are counted. */
export interface Mark {
  /** What happened since, now. Messages that were already there at the mark count too while they are not worked off. */
  pending(signal: AbortSignal): Promise<Pending>;
  /** Calls back, synchronously and cheaply, whenever `pending` may have changed. Left out: it must be asked again. */
  onChange?(listener: () => void): Disposable;
}

export interface Pending {
  /** Messages that a system should still take: ready or delayed, in queues that are not the harness's own. */
  readonly waiting: number;
  /** Messages that a system took and has not acknowledged. */
  readonly inFlight: number;
  /**
   * How many of them come again by themselves unless they are acknowledged: a system may have forgotten to. Left out: none,
   * or it does not know.
   */
  readonly unacknowledged?: number;
  /** Messages for the harness's own listeners that are not in its journal yet. */
  readonly undelivered: number;
  /** Whether the three figures are exact since the mark. */
  readonly exact: boolean;
  /** Real time, milliseconds since the epoch. */
  readonly sampledAt: number;
  /** For people: "1 delayed on customer--order-created, for 27.9 s more: advance the simulator?" */
  readonly where: readonly string[];
  /** Why not exact. */
  readonly reason?: string;
}
