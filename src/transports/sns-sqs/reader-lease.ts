import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { WakefulError, wakefulError } from "../../errors.ts";
import { type Clock, delay } from "../../time/index.ts";
import { explain, isMissing, isRefused } from "./aws-errors.ts";
import type { SqsClient } from "./client.ts";
import { Renewal } from "./renewal.ts";

const tag = "wakeful:reader";
const length = 30_000;
const renewal = 10_000;
/** A claim that was written within this time of the look before it counts; for as long it is watched before it is trusted. */
const settling = 500;

/** For people, in the characters that a tag may have. */
const thisProcess = `${process.pid}@${hostname()
  .replaceAll(/[^A-Za-z0-9.-]/g, "-")
  .slice(0, 60)}`;

export interface LeaseOptions {
  readonly sqs: SqsClient;
  readonly url: string;
  /** For errors: "dead letters orders--dlq". */
  readonly resource: string;
  /** The run that reads. */
  readonly run: string;
  readonly clock: Clock;
  /** Called when somebody else reads all the same. */
  readonly lost: (error: WakefulError) => void;
  readonly signal: AbortSignal;
}

/**
 * The right to be the only reader of a queue that others may find too: a tag on the queue with holder and expiry, renewed
 * while it is held.
 *
 * A tag cannot be written on a condition, so of those who find none in the same moment each writes his own, and the last
 * one stays. Everybody looks again after a time in which no such write can still come, and only who finds his own tag then
 * reads. This rests on a broker that answers a look with what was written last. As only a holder writes again, a tag that is
 * there unchanged was his all the time: each renewal and the end look for that.
 */
export class ReaderLease implements AsyncDisposable {
  readonly #options: LeaseOptions;
  readonly #holder: string;
  #renewal: Renewal | undefined;
  #lost: WakefulError | undefined;

  private constructor(options: LeaseOptions) {
    this.#options = options;
    this.#holder = `${options.run}/${randomUUID().slice(0, 8)}`;
  }

  /** Takes the lease. Rejects with `COMPETING_LISTENERS` while somebody else holds it, or was later in the same moment. */
  static async take(options: LeaseOptions): Promise<ReaderLease> {
    const lease = new ReaderLease(options);
    const { signal } = options;
    try {
      await lease.#claim(signal);
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof WakefulError ? error : explain(error, "SQS");
    }
    lease.#renewal = new Renewal(options.clock, renewal, () => lease.#renew());
    return lease;
  }

  /** Gives it back. Rejects with `COMPETING_LISTENERS` when it was not held all the time. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#renewal?.[Symbol.asyncDispose]();
    // another's lease is not ours to take off
    if (this.#lost !== undefined) throw this.#lost;
    const { sqs, url } = this.#options;
    try {
      await this.#mustBeHeld();
      await sqs.untagQueue({ QueueUrl: url, TagKeys: [tag] });
    } catch (error) {
      // a queue or broker that is gone has no lease
      if (isMissing(error) || isRefused(error)) return;
      throw explain(error, "SQS");
    }
  }

  async #claim(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const began = clock.now();
    const { holder, until, text } = await this.#look(signal);
    if (holder !== undefined && until > clock.wall()) throw this.#competing(text);
    try {
      await this.#write(signal);
      // who was that slow may have written over the tag of somebody who trusts it, who is told at his next renewal
      const prompt = clock.now() - began <= settling;
      await delay(clock, prompt ? settling : renewal + settling, { signal });
      await this.#mustBeHeld(signal);
    } catch (error) {
      // that it is not left behind is a courtesy: it expires
      if (signal.aborted) await this[Symbol.asyncDispose]().catch(() => undefined);
      throw error;
    }
  }

  async #renew(): Promise<boolean> {
    try {
      await this.#mustBeHeld();
      await this.#write();
    } catch (error) {
      if (error instanceof WakefulError) {
        this.#lost = error;
        this.#options.lost(error);
        return false;
      }
      // the broker stumbled, which the reader notices by itself: the lease outlives two renewals that fail
    }
    return true;
  }

  /** Throws unless the tag is as it was written here. */
  async #mustBeHeld(signal?: AbortSignal): Promise<void> {
    const { holder, text } = await this.#look(signal);
    if (holder === this.#holder) return;
    throw this.#competing(
      holder === undefined
        ? `one that took the lease of run ${this.#holder} and has given it back, unless the queue was made anew meanwhile`
        : text,
    );
  }

  /** Whom the tag names, and until when. */
  async #look(signal?: AbortSignal): Promise<{ holder?: string; until: number; text: string }> {
    const { sqs, url } = this.#options;
    const { Tags = {} } = await sqs.listQueueTags({ QueueUrl: url }, signal && { abortSignal: signal });
    const [holder = "", expires = "", process = ""] = (Tags[tag] ?? "").split(" ");
    const where = process === "" ? "" : `, process ${process.replace("@", " on ")}`;
    return {
      ...(holder !== "" && { holder }),
      until: Date.parse(expires),
      text: `run ${holder}${where}, until ${expires} or longer`,
    };
  }

  #competing(holder: string): WakefulError {
    return wakefulError("COMPETING_LISTENERS", { resource: this.#options.resource, holder });
  }

  async #write(signal?: AbortSignal): Promise<void> {
    const { sqs, url, clock } = this.#options;
    const expires = new Date(clock.wall() + length).toISOString();
    const Tags = { [tag]: `${this.#holder} ${expires} ${thisProcess}` };
    await sqs.tagQueue({ QueueUrl: url, Tags }, signal && { abortSignal: signal });
  }
}
