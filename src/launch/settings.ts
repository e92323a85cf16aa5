import { constants } from "node:os";
import { resolve } from "node:path";
import { wakefulError } from "../errors.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { milliseconds, systemClock } from "../time/index.ts";
import { isNode } from "./command.ts";
import type { StartProcessOptions } from "./start-process-options.ts";

const linesKept = 10_000;

const processOptions: OptionNames<StartProcessOptions> = {
  name: true,
  command: true,
  cwd: true,
  env: true,
  inherit: true,
  port: true,
  ready: true,
  startWithin: true,
  finishesBeforeReply: true,
  idle: true,
  stopWithin: true,
  stopSignal: true,
  inspect: true,
  coverage: true,
  afterStart: true,
  beforeStop: true,
  logLimit: true,
  signal: true,
  clock: false,
};

export type Settings = ReturnType<typeof settingsOf>;

/** The options with their defaults, checked before anything is started. Throws `INVALID_OPTION`, `INVALID_DURATION`. */
export function settingsOf(options: StartProcessOptions) {
  checkOptions("startProcess()", options, processOptions);
  const { command, ready, port = "PORT", inspect = false, logLimit = linesKept, stopSignal = "SIGTERM" } = options;
  check(process.platform !== "win32", "startProcess", "on Windows", "a POSIX system; use attachSystem there");
  const isList = Array.isArray(command) && command.every((part) => typeof part === "string");
  check(
    isList && command.length > 0 && command[0] !== "",
    "command",
    show(command),
    'a list: ["node", "src/server.ts"]',
  );
  check(Number.isSafeInteger(logLimit) && logLimit > 0, "logLimit", show(logLimit), "a whole number above 0");
  check(!inspect || isNode(command[0]), "inspect", show(inspect), `it only with a command that begins with "node"`);
  check(stopSignal in constants.signals, "stopSignal", show(stopSignal), 'the name of a signal: "SIGTERM"');
  requireReady(ready, port === false ? undefined : "http://127.0.0.1");
  return {
    command,
    ready,
    port,
    inspect,
    logLimit,
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
  const expected = `{ http: "/health" }, { log: "listening" } or a function`;
  if (typeof ready === "function") return;
  check(typeof ready === "object" && ready !== null, "ready", show(ready), expected);
  const { http, log } = ready as { http?: unknown; log?: unknown };
  if (typeof log === "string" || log instanceof RegExp) return;
  check(typeof http === "string", "ready", show(ready), expected);
  check(URL.canParse(String(http), base), "ready.http", show(http), "a path, or a whole URL where there is no port");
}

function check(fine: boolean, option: string, value: string, expected: string): void {
  if (!fine) throw wakefulError("INVALID_OPTION", { option, value, expected });
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
