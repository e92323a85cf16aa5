import { isAbsolute, resolve } from "node:path";
import type { Plugin } from "vitest/config";
import * as kind from "../../kinds.ts";
import { checkOptions, type OptionKinds } from "../../options.ts";
import { type Duration, milliseconds } from "../../time/index.ts";
import { pluginKey } from "./plugin-marker.ts";
import { reportTeardown } from "./report-teardown.ts";

export { type SharedStart, sharedStart } from "./shared-start.ts";

export interface WakefulPluginOptions {
  /** The system's own sources, as globs relative to the project's root: in watch mode, all tests run again when one changes. */
  readonly sources?: string | readonly string[];
  /** The longest SLA in the tests: the time-outs stay well above it. Default "3s". */
  readonly sla?: Duration;
  /** A file that exports a `sharedStart(...)` as `setup`: made once for the whole run. Relative to the project's root. */
  readonly shareStart?: string;
}

const pluginOptions: OptionKinds<WakefulPluginOptions> = {
  sources: {
    expected: 'a glob, or a list of globs: "src/**"',
    accepts: (value) => kind.text.accepts(value) || (Array.isArray(value) && value.every(kind.text.accepts)),
  },
  sla: kind.duration,
  shareStart: kind.text,
};
const leastTimeout = 30_000;

/**
 * A Vitest plugin for suites that wait: time-outs above the SLA (unless the configuration sets its own), re-runs when the
 * system's sources change, environments that stay for all files of a worker with `isolate: false`, a shared start.
 *
 * @example
 * export default defineConfig({ plugins: [wakeful({ sources: "src/**" })] });
 */
export function wakeful(options: WakefulPluginOptions = {}): Plugin {
  checkOptions("wakeful()", options, pluginOptions);
  const sla = milliseconds(options.sla ?? "3s", "sla");
  const sources = options.sources === undefined ? [] : [options.sources].flat();
  return {
    name: "wakeful",
    config({ test = {} }) {
      const timeout = Math.max(leastTimeout, 3 * sla);
      return {
        test: {
          provide: { [pluginKey]: true },
          testTimeout: test.testTimeout ?? timeout,
          hookTimeout: test.hookTimeout ?? timeout,
          // closing systems takes its time, and is a check
          teardownTimeout: test.teardownTimeout ?? timeout,
          ...(options.shareStart !== undefined && { globalSetup: [options.shareStart] }),
        },
      };
    },
    configureVitest({ vitest }) {
      reportTeardown(vitest.state);
      const { root } = vitest.config;
      const globs = sources.map((glob) => (isAbsolute(glob) ? glob : resolve(root, glob)));
      const triggers = vitest.config.forceRerunTriggers;
      triggers.push(...globs.filter((glob) => !triggers.includes(glob)));
      // Vite watches the root; sources beside it must be asked for
      vitest.vite.watcher.add(globs.map(baseOf).filter((folder) => !folder.startsWith(`${root}/`)));
    },
  };
}

/** The folder before a glob's first wildcard. */
function baseOf(glob: string): string {
  const folders = glob.split("/");
  const wild = folders.findIndex((folder) => /[*?{}[\]()!+@]/.test(folder));
  return folders.slice(0, wild === -1 ? folders.length : wild).join("/");
}
