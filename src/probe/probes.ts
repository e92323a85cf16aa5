import * as kind from "../kinds.ts";
import { checkArgument, checkOptions, type OptionKinds } from "../options.ts";
import type { Duration } from "../time/index.ts";
import type { ProbeContext } from "./context.ts";
import { runProbeDuring } from "./probe-during.ts";
import { runProbeUntil } from "./probe-until.ts";
import type { Attempt, Probe, ProbeOptions } from "./types.ts";

/** Waits for state, where no event tells of it. */
export interface Probes {
  /**
   * Looks until the probe no longer throws, and returns what it returned. The first look is made at once; then whenever
   * an event of the scope arrives, and on the schedule. Any throw means "not yet".
   *
   * Rejects with `SLA_VIOLATED` (its cause is the probe's last error), `HUNG`, `PROBE_WRONG`, `PROBE_FAILED`,
   * `SYSTEM_EXITED`, `NOT_JUDGED`, `BOOLEAN_PROBE`.
   *
   * @example
   * await probeUntil(async () => {
   *   expect((await api.getCustomer(id)).orders).toEqual([{ order_id }]);
   * });
   */
  probeUntil<T, S extends Awaited<T>>(
    probe: Probe<T>,
    options: ProbeOptions & { readonly until: (value: Awaited<T>) => value is S },
  ): Promise<S>;
  /** Looks until `until` says yes to what the probe returned. */
  probeUntil<T>(
    probe: Probe<T>,
    options: ProbeOptions & { readonly until: (value: Awaited<T>) => boolean },
  ): Promise<Awaited<T>>;
  probeUntil<T>(
    probe: (attempt: Attempt) => [Awaited<T>] extends [never] ? T : Awaited<T> extends boolean ? never : T,
    options?: ProbeOptions,
  ): Promise<Awaited<T>>;
  /**
   * Checks that something stays true: every look must succeed, from now until `during` (default 3 s) is over. At least
   * two looks, one at every event of the scope, the last at the end. Fails at once with `NOT_HELD`.
   */
  probeDuring<T>(
    probe: Probe<T>,
    options?: ProbeOptions & { readonly during?: Duration; readonly until?: (value: Awaited<T>) => boolean },
  ): Promise<Awaited<T>>;
}

type Options = ProbeOptions & { readonly until?: (value: never) => boolean };

const untilOptions: OptionKinds<Options> = {
  within: kind.duration,
  until: kind.callback,
  interval: kind.anything,
  failFast: kind.callback,
  description: kind.text,
  onTimeout: kind.callback,
  signal: kind.anything,
};
const duringOptions: OptionKinds<Options & { readonly during?: Duration }> = {
  ...untilOptions,
  during: kind.duration,
};

/** Makes the two functions for a context, which is asked for at each call. */
export function createProbes(contextOf: () => ProbeContext): Probes {
  const bind = (name: string, run: typeof runProbeUntil, kinds: OptionKinds<Options>) => {
    const probe = (probed: (attempt: Attempt) => unknown, options: ProbeOptions = {}): Promise<unknown> => {
      const context = contextOf();
      // null, where types do not see it
      const { description, signal: given } = (options as ProbeOptions | null) ?? {};
      return context.start(
        typeof description === "string" ? description : name,
        probe,
        given,
        async (signal, origin) => {
          checkOptions(name, options, kinds);
          // also for `probeUntil(api.get())`, which has its type lost: a promise can be looked at only once
          checkArgument("probe", probed, kind.callback);
          return await run(probed, options, context, signal, origin);
        },
      );
    };
    return probe;
  };
  // the overloads describe the same two functions more precisely
  return {
    probeUntil: bind("probeUntil", runProbeUntil, untilOptions),
    probeDuring: bind("probeDuring", runProbeDuring, duringOptions),
  } as Probes;
}
