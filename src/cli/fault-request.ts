import type { Duration } from "../time/index.ts";
import { WrongUse } from "./command-failed.ts";
import { type FaultKind, type FaultKindName, faultKinds, type FaultOption, optionsOf } from "./fault-kinds.ts";
import { unknownName } from "./names.ts";
import { durationOf } from "./values.ts";

/** What a second terminal asks for: checked, as far as the command line alone can be wrong. */
export interface FaultRequest {
  readonly kind: FaultKindName;
  /** The queue or topic; only of faults on messages. */
  readonly place?: string;
  readonly selection: {
    readonly nth?: readonly number[];
    readonly share?: number;
    readonly seed?: number;
    readonly service?: "sqs" | "sns" | "dynamodb";
    readonly action?: string;
  };
  readonly by?: Duration;
  readonly status?: 500 | 503;
  readonly processed?: boolean;
}

type Options = Readonly<Record<string, string | boolean | undefined>>;

const services = ["sqs", "sns", "dynamodb"] as const;

/** Reads `wakeful fault <kind> [queue or topic] [options]`. Throws `WrongUse` with the options that the kind has. */
export function faultRequest([kind = "", place]: readonly string[], given: Options): FaultRequest {
  if (!isKind(kind)) throw new WrongUse(unknownName("fault", kind, Object.keys(faultKinds)));
  const { on }: FaultKind = faultKinds[kind];
  if (on === "messages" && place === undefined) {
    throw new WrongUse(`${kind} needs the name of a queue or topic: wakeful fault ${kind} orders`);
  }
  if (on !== "messages" && place !== undefined) throw new WrongUse(strayPlace(kind, place));
  const options = fitting(kind, given);
  return {
    kind,
    ...(place !== undefined && { place }),
    selection: {
      ...(options.nth !== undefined && { nth: numbersOf(options.nth) }),
      ...(options.share !== undefined && { share: shareOf(options.share) }),
      ...(options.seed !== undefined && { seed: seedOf(options.seed) }),
      ...(options.service !== undefined && { service: oneOf("service", options.service, services) }),
      ...(options.action !== undefined && { action: options.action }),
    },
    ...(options.by !== undefined && { by: durationOf(options.by, "--by") }),
    ...(options.status !== undefined && {
      status: Number(oneOf("status", options.status, ["500", "503"])) as 500 | 503,
    }),
    ...(given["processed"] === true && { processed: true }),
  };
}

/** The options that were given, all of which the kind must have. */
function fitting(kind: FaultKindName, given: Options): Options & Partial<Record<FaultOption, string>> {
  const it: FaultKind = faultKinds[kind];
  const { needs = [], takes } = it;
  const own = new Set<string>(["port", ...needs, ...takes]);
  const stray = Object.keys(given).find((option) => !own.has(option));
  if (stray !== undefined) {
    const has = takes.length + needs.length === 0 ? "none" : optionsOf(it);
    throw new WrongUse(`${kind} has no option --${stray}. It has: ${has}.`);
  }
  const missing = needs.find((option) => given[option] === undefined);
  if (missing !== undefined) throw new WrongUse(`${kind} needs --${missing}, such as --${missing} 5s.`);
  if (given["nth"] !== undefined && given["share"] !== undefined) {
    throw new WrongUse("--nth and --share exclude each other: give the numbers, or a share.");
  }
  if (given["seed"] !== undefined && given["share"] === undefined) {
    throw new WrongUse("--seed decides which are the share: give --share too, such as --share 0.2.");
  }
  return given;
}

function strayPlace(kind: FaultKindName, place: string): string {
  const { on }: FaultKind = faultKinds[kind];
  return on === "requests"
    ? `${kind} is put on requests, not on ${place}: narrow it by --service or --action.`
    : `${kind} is about all faults: leave "${place}" out.`;
}

function numbersOf(text: string): readonly number[] {
  if (!/^[1-9]\d*(,[1-9]\d*)*$/.test(text)) {
    throw new WrongUse(`--nth: "${text}" is no number from 1, and no list of them. Write 2, or 1,3.`);
  }
  return text.split(",").map(Number);
}

function shareOf(text: string): number {
  const share = Number(text);
  if (text.trim() === "" || !(share >= 0 && share <= 1)) {
    throw new WrongUse(`--share: "${text}" is no share. Write a number from 0 to 1, such as 0.2 for every fifth.`);
  }
  return share;
}

function seedOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new WrongUse(`--seed: "${text}" is not a whole number.`);
  return Number(text);
}

function oneOf<Value extends string>(option: FaultOption, text: string, values: readonly Value[]): Value {
  const value = values.find((each) => each === text);
  if (value === undefined) throw new WrongUse(`--${option}: "${text}" is not one of ${values.join(", ")}.`);
  return value;
}

function isKind(kind: string): kind is FaultKindName {
  return Object.hasOwn(faultKinds, kind);
}
