import { formatDuration } from "../../time/index.ts";
import type { ActiveFault } from "./fault.ts";

export const toleratedSkew = 15 * 60_000;
const dateForm = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** A request as a fault's predicate sees it. */
export interface EndpointRequest {
  readonly service: "sqs" | "sns" | "dynamodb";
  /** "SendMessage". */
  readonly action: string;
  /** "test": a client made from `simulator.config`. */
  readonly caller: "system" | "test";
  /** Whose credentials it was signed with; "" when it was not signed. */
  readonly accessKeyId: string;
}

/** Why a request is refused; each protocol has its own words for it. */
export type Refusal = "throttled" | "failed" | "unavailable" | "credentials expired" | "signature expired";

export type EndpointFaultEffect =
  | { readonly refuse: Refusal }
  | "close"
  | "lose reply"
  /** Virtual milliseconds. */
  | { readonly hold: number }
  /** How far the endpoint's clock is ahead, milliseconds. */
  | { readonly ahead: number };

/** What is to be done with a request. */
export interface Interference {
  readonly refusal?: Refusal;
  /** The connection is closed: before the request takes effect, or instead of the reply. */
  readonly close?: "before" | "after";
  /** The reply waits so many virtual milliseconds. */
  readonly hold?: number;
  /** What the endpoint takes the time to be, real milliseconds. */
  readonly date?: number;
}

interface Placed {
  readonly fault: ActiveFault<EndpointRequest>;
  readonly looksAt: (request: EndpointRequest) => boolean;
  readonly effect: EndpointFaultEffect;
}

/** What else is known of a request that is hit. */
export interface RequestFacts {
  /** `X-Amz-Date`, as it came. */
  readonly signedAt: string | undefined;
  readonly body: string;
}

const refusalTexts: Readonly<Record<Refusal, string>> = {
  throttled: "was throttled",
  failed: "was answered with 500",
  unavailable: "was answered with 503",
  "credentials expired": "was refused: its credentials have expired",
  "signature expired": "was refused: its clock is wrong",
};

/** The faults between the endpoint and its callers. */
export class EndpointFaultsInForce {
  readonly #wall: () => number;
  readonly #tracesIn: (body: string) => readonly string[];
  #placed: readonly Placed[] = [];

  /**
   * `wall` is the real time: signatures are of the callers' clocks, which do not jump. `tracesIn` tells the traces of the
   * messages that a request is about.
   */
  constructor(wall: () => number, tracesIn: (body: string) => readonly string[]) {
    this.#wall = wall;
    this.#tracesIn = tracesIn;
  }

  get any(): boolean {
    return this.#placed.length > 0;
  }

  /** Returns what takes it out again. */
  add(placed: Placed): () => void {
    this.#placed = [...this.#placed, placed];
    return () => {
      this.#placed = this.#placed.filter((each) => each !== placed);
    };
  }

  /** What becomes of a request. To be asked once for each. */
  meet(request: EndpointRequest, facts: RequestFacts): Interference {
    let met: Interference = {};
    const traceIds = this.#tracesIn(facts.body);
    for (const { fault, looksAt, effect } of this.#placed) {
      if (!looksAt(request)) continue;
      // one that refuses ends it: what comes after it in line never sees the request
      if (met.refusal !== undefined || met.close !== undefined) break;
      const skewed = typeof effect === "object" && "ahead" in effect;
      if (skewed) {
        const date = this.#wall() + effect.ahead;
        met = { ...met, date };
        if (!isExpired(facts.signedAt, date)) continue;
      }
      const number = fault.select(() => request, traceIds);
      if (number === undefined) continue;
      const hit = (text: string) => {
        fault.hit(number, `${request.action} ${text}`, { traceIds });
      };
      if (skewed) {
        hit(refusalTexts["signature expired"]);
        met = { ...met, refusal: "signature expired" };
      } else if (effect === "close") {
        hit("got no answer: the connection was closed before it took effect");
        met = { ...met, close: "before" };
      } else if (effect === "lose reply") {
        hit("took effect, and its reply was lost: the connection was closed");
        met = { ...met, close: "after" };
      } else if ("hold" in effect) {
        hit(`is answered ${formatDuration(effect.hold)} late`);
        met = { ...met, hold: (met.hold ?? 0) + effect.hold };
      } else {
        hit(refusalTexts[effect.refuse]);
        met = { ...met, refusal: effect.refuse };
      }
    }
    return met;
  }
}

/** What is not signed with a time is not judged by it. */
function isExpired(signedAt: string | undefined, now: number): boolean {
  const [, year, month, day, hour, minute, second] = dateForm.exec(signedAt ?? "") ?? [];
  if (year === undefined) return false;
  const signed = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  return Math.abs(now - signed) > toleratedSkew;
}
