import { hash } from "node:crypto";
import type { NewMessage } from "./message.ts";
import type { Origin } from "./origin.ts";
import type { QueueSettings } from "./queue-settings.ts";
import { Recent } from "./recent.ts";

/** How long a FIFO queue remembers what was sent, ms. Source: SendMessage, MessageDeduplicationId. */
const interval = 5 * 60_000;

/** A message that was accepted. */
interface Sent {
  readonly id: string;
  readonly origin: Origin;
  readonly sequence: number;
  /** Virtual. */
  readonly at: number;
}

/** What was accepted in the last five virtual minutes, by deduplication id. */
export class Deduplication {
  // in the order of time, so that what is too old is always in front
  readonly #sent = new Recent<string, Sent>();

  find(key: string, now: number): Sent | undefined {
    for (let oldest = this.#sent.oldest(); oldest !== undefined; oldest = this.#sent.oldest()) {
      if (now - oldest.at < interval) break;
      this.#sent.dropOldest();
    }
    return this.#sent.get(key);
  }

  remember(key: string, sent: Sent): void {
    this.#sent.set(key, sent);
  }
}

/** A message's deduplication id: its own, or one of its body where the queue makes them so. */
export function deduplicationIdOf({ deduplicationId, body }: NewMessage, settings: QueueSettings): string | undefined {
  return deduplicationId ?? (settings.contentBasedDeduplication ? hash("sha256", body) : undefined);
}

/** What is the same for messages that are: the id, or the id within its group. */
export function deduplicationKey(
  { groupId = "" }: NewMessage,
  deduplicationId: string | undefined,
  { deduplicationScope }: QueueSettings,
): string | undefined {
  if (deduplicationId === undefined || deduplicationScope === "queue") return deduplicationId;
  return JSON.stringify([groupId, deduplicationId]);
}
