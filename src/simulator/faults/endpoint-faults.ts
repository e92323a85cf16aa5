import { wakefulError } from "../../errors.ts";
import { type Duration, milliseconds } from "../../time/index.ts";
import { actionNames } from "../aws/action-names.ts";
import { similarNames } from "../../text/index.ts";
import {
  type EndpointFaultEffect,
  type EndpointFaultsInForce,
  type EndpointRequest,
  toleratedSkew,
} from "./endpoint-faults-in-force.ts";
import { ActiveFault, type Fault } from "./fault.ts";
import type { FaultRegistry } from "./registry.ts";
import type { FaultSelection } from "./selection.ts";

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
  /** Answers so much later; the request takes effect at once. Virtual time, which passes by itself too. */
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

/** Puts faults of the endpoint in force. */
export class EndpointFaultMaker implements EndpointFaults {
  readonly #inForce: EndpointFaultsInForce;
  readonly #registry: FaultRegistry;

  constructor(inForce: EndpointFaultsInForce, registry: FaultRegistry) {
    this.#inForce = inForce;
    this.#registry = registry;
  }

  throttle(selection: RequestSelection = {}): Fault {
    return this.#put("throttle", selection, this.throttle, { refuse: "throttled" });
  }

  fail({ status = 500, ...selection }: RequestSelection & { readonly status?: 500 | 503 } = {}): Fault {
    if (![500, 503].includes(status))
      throw wakefulError("INVALID_OPTION", { option: "status", value: String(status), expected: "500 or 503" });
    const refuse = status === 500 ? "failed" : "unavailable";
    return this.#put(`fail with ${status}`, selection, this.fail, { refuse });
  }

  closeConnection({
    processed = false,
    ...selection
  }: RequestSelection & { readonly processed?: boolean } = {}): Fault {
    const what = processed ? "lose reply" : "close connection";
    return this.#put(what, selection, this.closeConnection, processed ? "lose reply" : "close");
  }

  slow(by: Duration, selection: RequestSelection = {}): Fault {
    return this.#put(`slow by ${String(by)}`, selection, this.slow, { hold: milliseconds(by, "slow") });
  }

  expireCredentials(selection: RequestSelection = {}): Fault {
    return this.#put("expire credentials", selection, this.expireCredentials, { refuse: "credentials expired" });
  }

  skewClock(by: Duration, selection: RequestSelection = {}): Fault {
    const ahead = milliseconds(by, "skewClock");
    const tolerant = { ...(ahead <= toleratedSkew && { mayMiss: true }), ...selection };
    return this.#put(`skew clock by ${String(by)}`, tolerant, this.skewClock, { ahead });
  }

  #put(
    what: string,
    selection: RequestSelection,
    calledFrom: (...given: never[]) => unknown,
    effect: EndpointFaultEffect,
  ): Fault {
    const { service, action, callers = "systems" } = selection;
    if (service !== undefined && !services.includes(service))
      throw wakefulError("INVALID_OPTION", { option: "service", value: service, expected: services.join(", ") });
    if (action !== undefined) checkAction(action, service, calledFrom);
    const target = [service, action].filter((part) => part !== undefined).join(" ");
    const place = target === "" ? "the endpoint" : target;
    const fault = new ActiveFault(`${what} on ${place}`, selection, this.#registry, calledFrom);
    const looksAt = (request: EndpointRequest) =>
      (callers === "everyone" || request.caller === "system") &&
      (service === undefined || request.service === service) &&
      (action === undefined || request.action === action);
    const takeOut = this.#inForce.add({ fault, looksAt, effect });
    return this.#registry.add(fault, takeOut);
  }
}

/** One that nobody can call would never hit anything. */
function checkAction(action: string, service: Service | undefined, calledFrom: (...given: never[]) => unknown): void {
  const known = (service === undefined ? services : [service]).flatMap((each) => actionNames[each]);
  if (known.includes(action)) return;
  const similar = similarNames(action, known);
  const owner = service === undefined ? "SQS, SNS or DynamoDB" : service;
  const expected = `an action of ${owner}${similar.length > 0 ? `, such as ${similar.join(", ")}` : ""}: names match exactly`;
  throw wakefulError("INVALID_OPTION", { option: "action", value: `"${action}"`, expected }, { calledFrom });
}
