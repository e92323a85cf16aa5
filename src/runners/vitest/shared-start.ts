import { wakefulError } from "../../errors.ts";
import * as kind from "../../kinds.ts";
import { checkArgument, checkOptions } from "../../options.ts";
import { type Duration, milliseconds } from "../../time/index.ts";
import { framesAbove } from "../../text/index.ts";
import { OpenResources } from "./open-resources.ts";
import { sharedKey } from "./plugin-marker.ts";
import { type Start, startWithin, throwAll } from "./start.ts";

/** Vitest's global set-up, as far as it is called. */
interface Project {
  readonly provide: (key: never, value: never) => void;
  /** Vitest's own, for its pool of workers; not promised to be there. */
  readonly vitest?: { readonly pool?: { close?(): Promise<void> | undefined } | undefined };
}

/** What `sharedStart` makes: a global set-up of Vitest, which knows the type of its result. */
export interface SharedStart<out Result> {
  (project: Project): Promise<() => Promise<void>>;
  /** Types only, never set. */
  readonly result?: Result;
}

/**
 * A start that is made once for the whole run, in Vitest's main process, for what is too heavy to start in each worker: a
 * broker, a database, containers. Its result goes to the workers, so it is plain data: URLs, ports, names.
 *
 * Export it as `setup` from a file of its own, and name the file in the plugin: `wakeful({ shareStart: "./test/shared.ts" })`.
 * It is not made again when tests run again in watch mode.
 *
 * @example
 * export const setup = sharedStart(async ({ use }) => {
 *   const broker = await use(startBroker());
 *   return { url: broker.url };
 * });
 *
 * // in the harness file
 * import type { setup } from "./shared.ts";
 * export const test = wakefulTest({ start: ({ shared }) => connect(shared<typeof setup>().url) });
 */
export function sharedStart<Result>(
  start: (start: Start) => Result | Promise<Result>,
  options: {
    /** Default "60s". */
    readonly startWithin?: Duration;
  } = {},
): SharedStart<Result> {
  checkOptions("sharedStart()", options, { startWithin: kind.duration });
  checkArgument("sharedStart(start)", start, kind.callback);
  const within = milliseconds(options.startWithin ?? "60s", "startWithin");
  const origin = framesAbove(sharedStart);
  return async (project) => {
    const resources = new OpenResources();
    const result = await startWithin({ within, resources, origin }, start, (value) => {
      checkPlain(value, "");
      return value;
    });
    (project.provide as (key: string, value: unknown) => void)(sharedKey, { result });
    return async () => {
      // Vitest does not wait for its workers here, and their environments are still closing, on what is shared
      await project.vitest?.pool?.close?.();
      const errors = await resources.close();
      // Vitest 4 prints errors of a global tear-down, and stays green
      if (errors.length > 0) process.exitCode = 1;
      throwAll(errors);
    };
  };
}

/** Refuses what does not come out of JSON as it went in. */
function checkPlain(value: unknown, path: string): void {
  if (value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)) return;
  if (Array.isArray(value) || (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype)) {
    for (const [key, part] of Object.entries(value)) checkPlain(part, path === "" ? key : `${path}.${key}`);
    return;
  }
  throw wakefulError("INVALID_OPTION", {
    option: `What the shared start returned${path === "" ? "" : `, at "${path}"`}`,
    value: Object.prototype.toString.call(value),
    expected:
      "plain data (it goes to other processes): texts, finite numbers, booleans, null, arrays and objects of these",
  });
}
