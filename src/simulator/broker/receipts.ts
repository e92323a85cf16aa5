import { randomBytes } from "node:crypto";

const prefixBytes = 18;
const form = /^(?:0|[1-9]\d{0,14})\.[1-9]\d{0,14}$/;

// 18 bytes in base64url, and two numbers
const inText = /(?<![\w-])[\w-]{24}\.\d{1,15}\.\d{1,15}/g;

/** What looks like receipt handles in a request's body, of whatever protocol. */
export function receiptsIn(body: string): readonly string[] {
  return body.match(inText) ?? [];
}

/**
 * The receipt handles of one queue. They tell the queue, the message, and which hand-out it was, so that nothing need
 * be kept about them; for consumers they mean nothing. A queue that is made anew by the same name has others.
 */
export class Receipts {
  readonly #prefix = `${randomBytes(prefixBytes).toString("base64url")}.`;

  /** `place`: what the queue calls the message. */
  of(place: number, handOut: number): string {
    return `${this.#prefix}${place}.${handOut}`;
  }

  /** What a handle is of; undefined when this queue never gave such a handle out. */
  read(receipt: string): { readonly place: number; readonly handOut: number } | undefined {
    if (!receipt.startsWith(this.#prefix)) return undefined;
    const rest = receipt.slice(this.#prefix.length);
    if (!form.test(rest)) return undefined;
    const dot = rest.indexOf(".");
    return { place: Number(rest.slice(0, dot)), handOut: Number(rest.slice(dot + 1)) };
  }
}
