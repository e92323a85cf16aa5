import { wakefulError } from "../../errors.ts";
import * as kind from "../../kinds.ts";
import type { Kinds, OptionKinds } from "../../options.ts";
import { type Duration, formatDuration, milliseconds } from "../../time/index.ts";
import { actionNames } from "../aws/action-names.ts";
import { similarNames } from "../../text/index.ts";
import { atCaller, type PublicFunction } from "./at-caller.ts";
import {
  type EndpointFaultEffect,
  type EndpointFaultsInForce,
  type EndpointRequest,
  toleratedSkew,
} from "./endpoint-faults-in-force.ts";
import { ActiveFault, type Fault } from "./fault.ts";
import { lengthOf } from "./length-of.ts";
import type { FaultRegistry } from "./registry.ts";
import { checkSelection, type Given, onlySelection, type FaultSelection } from "./selection.ts";

type Service = EndpointRequest["service"];

const services: readonly Service[] = ["sqs", "sns", "dynamodb"];

/** Which requests a fault hits. */
export interface RequestSelection extends FaultSelection<EndpointRequest> {
  /** Only requests to this service. */
  readonly service?: Service;
  /** Only this action: "SendMessage", "Publish", "PutItem". One that no service has is refused. */
  readonly action?: string;
  /**
   * Default "systems": the calls of clients that were made from `simulator.config`, the test's own, are left alone. A system
   * in the test's process that was given that config counts as the test.
   */
  readonly callers?: "systems" | "everyone";
}

const requestKinds: OptionKinds<Omit<RequestSelection, keyof FaultSelection<never>>> = {
  service: kind.oneOf(...services),
  action: kind.text,
  callers: kind.oneOf("systems", "everyone"),
};

/**
 * Faults of the endpoint, between an SDK and SQS, SNS or DynamoDB. All count requests. What is refused takes no effect.
 * Each method throws `INVALID_OPTION` for a selection that is none, and for an action that the simulator does not know.
 */
export interface EndpointFaults {
  /**
   * Refuses as too many, in each service's words: `RequestThrottled` (SQS), `ThrottlingException` (SNS),
   * `ProvisionedThroughputExceededException` (DynamoDB). AWS SDKs try again, three times in all by default.
   *
   * @example
   * using busy = simulator.faults.endpoint.throttle({ action: "SendMessage", share: 0.2, seed: 7 });
   */
  throttle(selection?: RequestSelection): Fault;
  /** Fails with `InternalFailure` (500, the default) or `ServiceUnavailable` (503). AWS SDKs try again. */
  fail(selection?: RequestSelection & { readonly status?: 500 | 503 }): Fault;
  /**
   * Closes the connection instead of answering. With `processed` the request takes effect first, and only the reply is
   * lost: an SDK that tries again sends twice.
   */
  closeConnection(selection?: RequestSelection & { readonly processed?: boolean }): Fault;
  /** Answers so much later, more than 0; the request takes effect at once. Virtual time, which passes by itself too. */
  slow(by: Duration, selection?: RequestSelection): Fault;
  /** Refuses with `ExpiredToken` (SNS) or `ExpiredTokenException`. */
  expireCredentials(selection?: RequestSelection): Fault;
  /**
   * Judges signatures by a clock that is so much ahead of the real one, and tells that time in the header `Date`. From 15
   * minutes on, requests are refused as expired until the caller has corrected itself, as AWS SDKs do. Hits are what
   * was refused: up to 15 minutes it hits nothing, and may.
   */
  skewClock(by: Duration, selection?: RequestSelection): Fault;
}

interface MadeFault {
  /** For its name. */
  readonly what: string;
  readonly effect: EndpointFaultEffect;
  /** What its selection does not say otherwise. */
  readonly mayMiss?: boolean;
}

/** Puts faults of the endpoint in force. */
export class EndpointFaultMaker implements EndpointFaults {
  readonly #inForce: EndpointFaultsInForce;
  readonly #registry: FaultRegistry;

  constructor(inForce: EndpointFaultsInForce, registry: FaultRegistry) {
    this.#inForce = inForce;
    this.#registry = registry;
  }

  throttle(selection: RequestSelection = {}, ...more: unknown[]): Fault {
    return this.#put(this.throttle, [selection, ...more], () => ({
      what: "throttle",
      effect: { refuse: "throttled" },
    }));
  }

  fail(selection: RequestSelection & { readonly status?: 500 | 503 } = {}, ...more: unknown[]): Fault {
    const made = () => {
      const { status = 500 } = selection;
      return { what: `fail with ${status}`, effect: { refuse: status === 500 ? "failed" : "unavailable" } } as const;
    };
    return this.#put(this.fail, [selection, ...more], made, { status: kind.oneOf(500, 503) });
  }

  closeConnection(selection: RequestSelection & { readonly processed?: boolean } = {}, ...more: unknown[]): Fault {
    const made = (): MadeFault =>
      selection.processed === true
        ? { what: "lose reply", effect: "lose reply" }
        : { what: "close connection", effect: "close" };
    return this.#put(this.closeConnection, [selection, ...more], made, { processed: kind.flag });
  }

  slow(by: Duration, selection: RequestSelection = {}, ...more: unknown[]): Fault {
    return this.#put(this.slow, [selection, ...more], () => {
      const hold = lengthOf(by, "slow");
      return { what: `slow by ${formatDuration(hold)}`, effect: { hold } };
    });
  }

  expireCredentials(selection: RequestSelection = {}, ...more: unknown[]): Fault {
    const effect = { refuse: "credentials expired" } as const;
    return this.#put(this.expireCredentials, [selection, ...more], () => ({ what: "expire credentials", effect }));
  }

  skewClock(by: Duration, selection: RequestSelection = {}, ...more: unknown[]): Fault {
    return this.#put(this.skewClock, [selection, ...more], () => {
      const ahead = milliseconds(by, "skewClock");
      return { what: `skew clock by ${formatDuration(ahead)}`, effect: { ahead }, mayMiss: ahead <= toleratedSkew };
    });
  }

  /** `made` says what it does, and throws where it cannot be; `own` are options beside those of all faults. */
  #put(calledFrom: PublicFunction, given: Given<RequestSelection>, made: () => MadeFault, own: Kinds = {}): Fault {
    const { fault, effect, looksAt } = atCaller(calledFrom, () => {
      const selection = onlySelection(`${calledFrom.name}()`, given);
      checkSelection(`${calledFrom.name}()`, selection, { ...requestKinds, ...own });
      const { what, effect, mayMiss = false } = made();
      checkAction(selection);
      const { service, action, callers = "systems" } = selection;
      const looksAt = (request: EndpointRequest) =>
        (callers === "everyone" || request.caller === "system") &&
        (service === undefined || request.service === service) &&
        (action === undefined || request.action === action);
      const place = [service, action].filter((part) => part !== undefined).join(" ") || "the endpoint";
      const tolerant = { ...(mayMiss && { mayMiss }), ...selection };
      return { fault: new ActiveFault(`${what} on ${place}`, tolerant, this.#registry, calledFrom), effect, looksAt };
    });
    const takeOut = this.#inForce.add({ fault, looksAt, effect });
    return this.#registry.add(fault, takeOut);
  }
}

/** An action that nobody can call would never be hit. */
function checkAction({ service, action }: RequestSelection): void {
  if (action === undefined) return;
  const known = (service === undefined ? services : [service]).flatMap((each) => actionNames[each]);
  if (known.includes(action)) return;
  const similar = similarNames(action, known);
  const owner = service === undefined ? "SQS, SNS or DynamoDB" : service;
  const expected = `an action of ${owner}${similar.length > 0 ? `, such as ${similar.join(", ")}` : ""}: names match exactly`;
  throw wakefulError("INVALID_OPTION", { option: "action", value: `"${action}"`, expected });
}
