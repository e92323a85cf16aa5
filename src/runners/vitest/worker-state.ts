/** What Vitest says of the worker that this code runs in. */
export interface WorkerState {
  /** Milliseconds; left out when Vitest does not say. */
  readonly hookTimeout?: number;
  /** Whether this process (or thread) goes on to other test files with the modules it has loaded (`isolate: false`). */
  readonly keepsModules: boolean;
  /** From 1: the worker's number among those that run at the same time. */
  readonly number: number;
}

interface VitestWorker {
  readonly config?: { readonly isolate?: boolean; readonly hookTimeout?: number };
  readonly ctx?: { readonly pool?: string };
}

/**
 * Reads the state that Vitest keeps for its own use; there is no public way to ask. What is missing is taken as the
 * default: then an environment is closed at the end of each file, which is right everywhere, and slow at worst.
 */
export function workerState(): WorkerState {
  const state = (globalThis as { readonly __vitest_worker__?: VitestWorker }).__vitest_worker__;
  const { isolate, hookTimeout } = state?.config ?? {};
  // the vm pools say `isolate: false` of the process, and give each file a context, with modules, of its own
  const vm = state?.ctx?.pool?.startsWith("vm") ?? false;
  return {
    ...(hookTimeout !== undefined && { hookTimeout }),
    keepsModules: isolate === false && !vm,
    number: Number(process.env["VITEST_POOL_ID"] ?? 1),
  };
}
