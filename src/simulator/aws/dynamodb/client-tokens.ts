import { createHash } from "node:crypto";
import { type Json, refused } from "./ask.ts";

/** Ten minutes. */
const life = 600_000;

/** What was written by which client token: SDKs give one to each transaction, so that trying again writes it once. */
export class ClientTokens {
  readonly #now: () => number;
  readonly #used = new Map<string, { readonly hash: string; readonly until: number }>();

  /** `now` is virtual time. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether this very request was carried out already; refuses another one with its token. */
  isUsed(input: Json): boolean {
    const { ClientRequestToken: token } = input;
    // in the order of time: what is too old is in front
    for (const [each, { until }] of this.#used) {
      if (until > this.#now()) break;
      this.#used.delete(each);
    }
    const used = typeof token === "string" ? this.#used.get(token) : undefined;
    if (used !== undefined && used.hash !== hashOf(input))
      throw refused(
        "IdempotentParameterMismatchException",
        "A request with this client token and other parameters was carried out in the last 10 minutes",
      );
    return used !== undefined;
  }

  use(input: Json): void {
    const { ClientRequestToken: token } = input;
    if (typeof token === "string") this.#used.set(token, { hash: hashOf(input), until: this.#now() + life });
  }
}

function hashOf(input: Json): string {
  return createHash("sha256").update(JSON.stringify(input)).digest("base64");
}
