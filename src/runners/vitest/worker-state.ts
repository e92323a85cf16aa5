import { inject } from "vitest";
import { pluginKey, sharedKey } from "./plugin-marker.ts";

/** What Vitest says of the worker that this code runs in. */
export interface WorkerState {
  /** Milliseconds; left out when Vitest does not say. */
  readonly hookTimeout?: number;
  /** Whether the files that this worker runs share its modules (`isolate: false`), and so one environment. */
  readonly sharesModules: boolean;
  /** Whether the `wakeful()` plugin is in the configuration. */
  readonly hasPlugin: boolean;
  /** From 1: the worker's number among those that run at the same time. */
  readonly number: number;
}

interface VitestWorker {
  readonly config?: { readonly isolate?: boolean; readonly hookTimeout?: number };
  readonly ctx?: { readonly pool?: string };
}

/** Reads the state that Vitest keeps for its own use; there is no public way to ask. What is missing is taken as the default. */
export function workerState(): WorkerState {
  const state = (globalThis as { readonly __vitest_worker__?: VitestWorker }).__vitest_worker__;
  const { isolate, hookTimeout } = state?.config ?? {};
  return {
    ...(hookTimeout !== undefined && { hookTimeout }),
    // the vm pools say `isolate: false` of the process, and give each file a context, with modules, of its own
    sharesModules: isolate === false && state?.ctx?.pool?.startsWith("vm") !== true,
    hasPlugin: provided(pluginKey) === true,
    number: Number(process.env["VITEST_POOL_ID"] ?? 1),
  };
}

/** What the shared start of this run returned; undefined without one. */
export function sharedResult(): { readonly result: unknown } | undefined {
  return provided(sharedKey) as { readonly result: unknown } | undefined;
}

/** Vitest types `inject` by an interface that everybody augments; these keys are no business of the user's. */
function provided(key: string): unknown {
  return (inject as (key: string) => unknown)(key);
}
