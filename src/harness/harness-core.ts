import type { Accounting, AnyDeclaration, ObservedSystem, TransportInfo } from "../contracts/index.ts";
import type { Journal } from "../journal/index.ts";
import type { Clock } from "../time/index.ts";
import type { DoubtfulLetters } from "./dead-letters.ts";
import type { FieldHistory } from "./field-history.ts";
import type { Intake } from "./intake.ts";
import type { OpenProofs } from "./open-proofs.ts";
import type { ScopeCore } from "./scope-core.ts";
import type { Systems } from "./systems.ts";

/** What all scopes of a harness share. */
export interface HarnessCore {
  readonly clock: Clock;
  readonly journal: Journal;
  /** Milliseconds. */
  readonly sla: number;
  /** For failures: "the harness's sla", "the default". */
  readonly slaSource: string;
  readonly declarations: ReadonlyMap<string, AnyDeclaration>;
  readonly intakes: ReadonlyMap<string, Intake>;
  /** Of each channel. */
  readonly fields: ReadonlyMap<string, FieldHistory>;
  readonly transports: readonly TransportInfo[];
  readonly accountings: readonly Accounting[];
  readonly systems: readonly ObservedSystem[];
  readonly lives: Systems;
  readonly proofs: OpenProofs;
  readonly doubtful: DoubtfulLetters;
  readonly openScopes: Set<ScopeCore>;
  /** The scope that closed last of those whose work was not known to be done. */
  lastUnsettled: { readonly name: string; readonly closedAt: number } | undefined;
  /** Whose ids were declared by `own`: id → scope id, the latest last. */
  readonly owners: Map<string, string>;
  /** When the sends of this harness began, by span id, monotonic. */
  readonly spans: Map<string, number>;
  /** What the trace ids of its scopes begin with. */
  readonly tracePrefix: string;
  /** How long this process was blocked at most between two moments, ms. */
  readonly blocked: (from: number, to: number) => number;
  closed: boolean;
}
