import { hash } from "node:crypto";

const idLength = 36;
const prefixLength = 16;

/**
 * The receipt handles of one queue. They tell the queue, the message, and which hand-out it was, so that nothing need
 * be kept about them; for consumers they mean nothing.
 */
export class Receipts {
  readonly #prefix: string;

  constructor(queueArn: string) {
    this.#prefix = `${hash("sha256", queueArn, "base64url").slice(0, prefixLength)}.`;
  }

  of(messageId: string, handOut: number): string {
    return `${this.#prefix}${messageId}.${handOut}`;
  }

  /** The message of a handle; undefined when this queue never gave such a handle out. */
  messageId(receipt: string): string | undefined {
    if (!receipt.startsWith(this.#prefix)) return undefined;
    return receipt.slice(this.#prefix.length, this.#prefix.length + idLength);
  }
}
