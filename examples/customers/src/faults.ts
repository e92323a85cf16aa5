/**
 * Known mistakes of such services, each behind a flag (`CUSTOMERS_FAULTS=not-idempotent,...`), and the outbox, which cures
 * one of them. They are what tests must be able to find.
 */
export const allFaults = [
  /** An order that is delivered twice is registered twice. */
  "not-idempotent",
  /** The process dies between storing a customer and publishing the event. */
  "crash-before-publish",
  /** Not a fault: the event is stored with the customer, and a relay publishes it. */
  "outbox",
  /** Not a fault: what an at-least-once queue does. An order is worked on, but its first acknowledgement does not arrive. */
  "lose-acknowledgement",
  /** Orders are acknowledged before they are worked on. */
  "acknowledge-first",
  /** The event is published 200 ms after the answer. */
  "publish-late",
  /** Each event is published twice. */
  "publish-twice",
  /** Invalid input is answered 400, and announced all the same. */
  "publish-invalid",
] as const;

export type Fault = (typeof allFaults)[number];
