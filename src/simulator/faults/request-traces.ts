import type { Queue } from "../broker/queue.ts";
import { receiptsIn } from "../broker/receipts.ts";

/** The traces of a harness, as JSON and forms carry them. */
const traceForm = /00-(77616b65[0-9a-f]{24})-[0-9a-f]{16}-/g;

/**
 * The traces of the messages that a request is about, each once: those that it carries, and those of which it has receipt
 * handles; "" for one that bears none. A batch may be about messages of several tests.
 */
export function requestTraces(body: string, queues: Iterable<Queue>): readonly string[] {
  const carried = [...body.matchAll(traceForm)].flatMap(([, traceId]) => traceId ?? []);
  const receipts = receiptsIn(body);
  const received = [...queues].flatMap((queue) => receipts.flatMap((receipt) => queue.traceByReceipt(receipt) ?? []));
  return [...new Set([...carried, ...received])];
}
