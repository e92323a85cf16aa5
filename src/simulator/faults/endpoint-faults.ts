import { wakefulError } from "../../errors.ts";
import { type Duration, milliseconds } from "../../time/index.ts";
import type { EndpointFaultEffect, EndpointFaultsInForce, EndpointRequest } from "./endpoint-faults-in-force.ts";
import { ActiveFault, type Fault } from "./fault.ts";
import type { FaultRegistry } from "./registry.ts";
import type { FaultSelection } from "./selection.ts";

const services: readonly EndpointRequest["service"][] = ["sqs", "sns", "dynamodb"];

/** Which requests a fault hits. */
export interface RequestSelection extends FaultSelection<EndpointRequest> {
  /** Only requests to this service. */
  readonly service?: EndpointRequest["service"];
  /** Only this action: "SendMessage", "Publish", "PutItem". */
  readonly action?: string;
  /**
   * Default "systems": the calls of clients that were made from `simulator.config`, the test's own, are left alone. A system
   * in the test's process that was given that config counts as the test.
   */
  readonly callers?: "systems" | "everyone";
}

/**
 * Faults of the endpoint, between an SDK and SQS, SNS or DynamoDB. All count requests. What is refused takes no effect.
 * Each method throws `INVALID_OPTION` for a selection that is none.
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
   * was refused.
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
    return this.#put("throttle", selection, { refuse: "throttled" });
  }

  fail({ status = 500, ...selection }: RequestSelection & { readonly status?: 500 | 503 } = {}): Fault {
    if (![500, 503].includes(status))
      throw wakefulError("INVALID_OPTION", { option: "status", value: String(status), expected: "500 or 503" });
    return this.#put(`fail with ${status}`, selection, { refuse: status === 500 ? "failed" : "unavailable" });
  }

  closeConnection({
    processed = false,
    ...selection
  }: RequestSelection & { readonly processed?: boolean } = {}): Fault {
    return this.#put(processed ? "lose reply" : "close connection", selection, processed ? "lose reply" : "close");
  }

  slow(by: Duration, selection: RequestSelection = {}): Fault {
    return this.#put(`slow by ${String(by)}`, selection, { hold: milliseconds(by, "slow") });
  }

  expireCredentials(selection: RequestSelection = {}): Fault {
    return this.#put("expire credentials", selection, { refuse: "credentials expired" });
  }

  skewClock(by: Duration, selection: RequestSelection = {}): Fault {
    return this.#put(`skew clock by ${String(by)}`, selection, { ahead: milliseconds(by, "skewClock") });
  }

  #put(what: string, selection: RequestSelection, effect: EndpointFaultEffect): Fault {
    const { service, action, callers = "systems" } = selection;
    if (service !== undefined && !services.includes(service))
      throw wakefulError("INVALID_OPTION", { option: "service", value: service, expected: services.join(", ") });
    const target = [service, action].filter((part) => part !== undefined).join(" ");
    const place = target === "" ? "the endpoint" : target;
    const fault = new ActiveFault(`${what} on ${place}`, selection, this.#registry);
    const looksAt = (request: EndpointRequest) =>
      (callers === "everyone" || request.caller === "system") &&
      (service === undefined || request.service === service) &&
      (action === undefined || request.action === action);
    const takeOut = this.#inForce.add({ fault, looksAt, effect });
    return this.#registry.add(fault, takeOut);
  }
}
