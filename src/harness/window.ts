import type { Circumstance } from "../errors.ts";
import type { ScopeCore } from "./scope-core.ts";

/** Why nothing can be concluded. */
export interface Obstacle {
  /** For people. */
  readonly what: string;
  /** What decides about the hint. */
  readonly circumstance?: Circumstance;
}

/**
 * Why nothing can be concluded about the silence since `startedAt`; undefined when the window was clear: the listener
 * heard all the time, the systems were alive and ready, everything that came could be read, nothing was forgotten.
 * Without a channel: of all channels, and what could not be read does not matter.
 */
export function obscured(scope: ScopeCore, channel: string | undefined, startedAt: number): Obstacle | undefined {
  const { intakes, systems, lives } = scope.harness;
  for (const [name, intake] of intakes) {
    if (channel !== undefined && name !== channel) continue;
    if (intake.state === "failed") return { what: `the listener on ${name} broke` };
    if (intake.state === "deaf") return { what: `the listener on ${name} has lost its broker` };
    if (intake.deafAt !== undefined && intake.deafAt >= startedAt)
      return { what: `the listener on ${name} lost its broker meanwhile` };
    if (intake.lostAt !== undefined && intake.lostAt >= scope.openedAt)
      return { what: `the listener on ${name} may have lost events` };
    if (channel === undefined) continue;
    for (const refused of scope.refused(name)) {
      // what the test has taken, it has judged
      if (scope.isClaimed(refused.sequence)) continue;
      const { why, problems } = refused;
      const what = `an event came on ${name} that cannot be judged: ${why} (${problems.join("; ")})`;
      return { what, circumstance: why };
    }
  }
  for (const system of systems) if (!system.ready) return { what: `${system.name} is not alive and ready` };
  if (lives.trouble !== undefined && lives.trouble.at >= startedAt) return { what: lives.trouble.what };
  const gap = forgotten(scope);
  return gap === undefined ? undefined : { what: gap };
}

/** Why an event of the scope may have come though it is not there: the journal dropped some of its time. */
export function forgotten({ harness, from }: ScopeCore): string | undefined {
  const gap = harness.journal.gapSince(from);
  return gap && `the journal dropped ${gap.dropped} entries of this time`;
}

/** Why an event that came may not be there yet. */
export function unchecked({ harness }: ScopeCore, channel: string): string | undefined {
  return harness.intakes.get(channel)?.idle === false
    ? `an event on ${channel} is still being checked against its schema`
    : undefined;
}
