import type { Accounting, AnyDeclaration, Mark, ObservedSystem, TransportInfo } from "../contracts/index.ts";

/** The distinct transports of a harness. */
export function transportsOf(declarations: readonly AnyDeclaration[]): readonly TransportInfo[] {
  return [...new Set(declarations.map(({ transport }) => transport))];
}

/** The distinct accountings of transports: two transports may share one. */
export function accountingsOf(transports: readonly TransportInfo[]): readonly Accounting[] {
  return [...new Set(transports.flatMap(({ accounting }) => accounting ?? []))];
}

/** The systems that come with transports. */
export function systemsOf(transports: readonly TransportInfo[]): readonly ObservedSystem[] {
  return [...new Set(transports.flatMap(({ system }) => system ?? []))];
}

/** A mark that a scope asked for: the mark, or why there is none. */
export type MarkAnswer = { readonly accounting: Accounting } & (
  { readonly mark: Mark } | { readonly problem: unknown }
);

/** Asks every accounting for a mark; never rejects, so that a broker's trouble shows where it matters. */
export function marksOf(
  accountings: readonly Accounting[],
  traceId: string,
  signal: AbortSignal,
): Promise<MarkAnswer[]> {
  return Promise.all(
    accountings.map(async (accounting): Promise<MarkAnswer> => {
      try {
        return { accounting, mark: await accounting.mark({ traceId }, signal) };
      } catch (problem) {
        return { accounting, problem };
      }
    }),
  );
}
