import { constants } from "node:os";
import { resolve } from "node:path";
import { wakefulError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { checkArgument, checkOptions, type OptionKinds, tellValue } from "../options.ts";
import { milliseconds, systemClock } from "../time/index.ts";
import { isNode } from "./command.ts";
import { textOrExpression } from "./log-book.ts";
import type { StartProcessOptions } from "./start-process-options.ts";

const linesKept = 10_000;

export const logLimit = { ...kind.wholeNumber(1), expected: "a whole number above 0" };
const orUndefined = (of: kind.Kind): kind.Kind => ({
  ...of,
  accepts: (value) => value === undefined || of.accepts(value),
});
const texts = kind.listOf(kind.text, 'a list of names: ["DEBUG"]');
export const signalName: kind.Kind = {
  expected: 'the name of a signal: "SIGTERM"',
  accepts: (value) => typeof value === "string" && Object.hasOwn(constants.signals, value),
};

const processOptions: OptionKinds<StartProcessOptions> = {
  name: kind.text,
  command: kind.needed({
    expected: 'a list: ["node", "src/server.ts"]',
    accepts: (value) =>
      Array.isArray(value) && value.every((part) => typeof part === "string") && kind.text.accepts(value[0]),
  }),
  cwd: kind.text,
  env: kind.recordOf(orUndefined(kind.anyText), 'an object of texts: { LOG_LEVEL: "debug" }'),
  inherit: texts,
  port: {
    expected: "the name of the variable that gets a free port, or false",
    accepts: (value) => value === false || kind.text.accepts(value),
  },
  ready: kind.anything,
  startWithin: kind.duration,
  finishesBeforeReply: kind.flag,
  idle: kind.callback,
  stopWithin: kind.duration,
  stopSignal: signalName,
  inspect: kind.flag,
  coverage: { ...kind.text, expected: "a folder" },
  afterStart: kind.callback,
  beforeStop: kind.callback,
  logLimit,
  signal: kind.signal,
  clock: kind.internal(kind.anything),
};

export type Settings = ReturnType<typeof settingsOf>;

/** The options with their defaults, checked before anything is started. Throws `INVALID_OPTION`, `INVALID_DURATION`. */
export function settingsOf(options: StartProcessOptions) {
  checkOptions("startProcess()", options, processOptions);
  const { command, ready, port = "PORT", inspect = false, stopSignal = "SIGTERM" } = options;
  check(process.platform !== "win32", "startProcess", "on Windows", "a POSIX system; use attachSystem there");
  check(!inspect || isNode(command[0]), "inspect", String(inspect), `it only with a command that begins with "node"`);
  requireReady(ready, port === false ? undefined : "http://127.0.0.1");
  return {
    command,
    ready,
    port,
    inspect,
    logLimit: options.logLimit ?? linesKept,
    name: options.name ?? command.slice(0, 2).join(" "),
    cwd: resolve(options.cwd ?? "."),
    env: options.env ?? {},
    inherit: options.inherit ?? [],
    startWithin: milliseconds(options.startWithin ?? "30s", "startWithin"),
    stopWithin: milliseconds(options.stopWithin ?? "5s", "stopWithin"),
    stopSignal,
    finishesBeforeReply: options.finishesBeforeReply ?? false,
    idle: options.idle,
    coverage: options.coverage,
    afterStart: options.afterStart,
    beforeStop: options.beforeStop,
    clock: options.clock ?? systemClock,
  };
}

/** Checks a readiness declaration. `base`: what a path in `http` is relative to; undefined where there is nothing. */
export function requireReady(ready: unknown, base: string | undefined): void {
  checkArgument("ready", ready, readiness);
  if (typeof ready === "function") return;
  const { http, log } = ready as { http?: unknown; log?: unknown };
  if (log !== undefined) checkArgument("ready.log", log, textOrExpression);
  if (http === undefined) return;
  const known = typeof http === "string" && URL.canParse(http, base);
  check(known, "ready.http", tellValue(http), "a path, or a whole URL where there is no port");
}

const readiness: kind.Kind = {
  expected: '{ http: "/health" }, { log: "listening" } or a function',
  accepts: (value) => {
    if (typeof value === "function") return true;
    const { http, log, ...others } = Object(value) as { http?: unknown; log?: unknown };
    return (http === undefined) !== (log === undefined) && Object.keys(others).length === 0;
  },
};

function check(fine: boolean, option: string, value: string, expected: string): void {
  if (!fine) throw wakefulError("INVALID_OPTION", { option, value, expected });
}
