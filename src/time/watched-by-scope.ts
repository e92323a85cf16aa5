import { traceContext } from "./trace-context.ts";
import { WatchedPromise } from "./watched-promise.ts";

/**
 * Starts work that a test must await, though no scope was asked to start it: the scope of this async context, where there is
 * one, notes whether anybody does, and is red otherwise. Without one it is a plain promise.
 *
 * @param what for people: "advance of the simulator's time"
 * @param calledFrom the public function that was called
 */
export function watchedByScope<T>(
  what: string,
  calledFrom: (...arguments_: never[]) => unknown,
  work: () => Promise<T>,
): Promise<T> {
  const watch = traceContext.getStore()?.watch;
  if (watch === undefined) return work();
  const promise = WatchedPromise.start({ what, calledFrom }, work);
  watch(promise);
  return promise;
}
