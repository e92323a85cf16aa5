import type { AwsClientConfig } from "../../../src/simulator/index.ts";

/** What a reading process is given, as JSON in its only argument. */
export interface ReaderOptions {
  readonly config: AwsClientConfig;
  readonly run: string;
  /** Exactly one of them. */
  readonly topic?: string;
  readonly deadLetters?: string;
  /** How far ahead the process's clock is, ms: expiries are of hours, and nobody waits for one. */
  readonly ahead?: number;
  /** Whether it waits for leave before it writes its lease, and again before time passes for it. */
  readonly stepwise?: boolean;
}

/** What it is told. */
export type Order =
  | { readonly goOn: true }
  | { readonly advance: number }
  | { readonly give: "headers" | "events" }
  | { readonly close: true };

/** What it answers: once when it stops at a step, is armed or refused, then once to each order. */
export type Answer =
  | { readonly stoppedBefore: "writing" | "settling" }
  | { readonly armed: true }
  | { readonly refused: { readonly code: string; readonly facts: unknown } }
  | { readonly advanced: true }
  | { readonly headers: Readonly<Record<string, string>> }
  | { readonly events: readonly unknown[] };
