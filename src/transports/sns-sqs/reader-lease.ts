import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { WakefulError, wakefulError } from "../../errors.ts";
import type { Clock } from "../../time/index.ts";
import { explain, isMissing, isRefused } from "./aws-errors.ts";
import type { SqsClient } from "./client.ts";
import { Renewal } from "./renewal.ts";

const tag = "wakeful:reader";
const length = 30_000;
const renewal = 10_000;

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
 * while it is held. Two who take it in the same moment both believe to have it until the first renewal, which tells one of
 * them.
 */
export class ReaderLease implements AsyncDisposable {
  readonly #options: LeaseOptions;
  readonly #holder: string;
  #renewal: Renewal | undefined;

  private constructor(options: LeaseOptions) {
    this.#options = options;
    this.#holder = `${options.run}/${randomUUID().slice(0, 8)}`;
  }

  /** Takes the lease. Rejects with `COMPETING_LISTENERS` while somebody else holds it. */
  static async take(options: LeaseOptions): Promise<ReaderLease> {
    const lease = new ReaderLease(options);
    const { signal } = options;
    try {
      await lease.#check(signal);
      await lease.#write(signal);
      await lease.#check(signal);
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof WakefulError ? error : explain(error, "SQS");
    }
    lease.#renewal = new Renewal(options.clock, renewal, () => lease.#renew());
    return lease;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#renewal?.[Symbol.asyncDispose]();
    const { sqs, url } = this.#options;
    try {
      await this.#check();
      await sqs.untagQueue({ QueueUrl: url, TagKeys: [tag] });
    } catch (error) {
      // another's lease is not ours to take off; a queue or broker that is gone has none
      if (error instanceof WakefulError || isMissing(error) || isRefused(error)) return;
      throw explain(error, "SQS");
    }
  }

  async #renew(): Promise<boolean> {
    try {
      await this.#check();
      await this.#write();
    } catch (error) {
      if (error instanceof WakefulError) {
        this.#options.lost(error);
        return false;
      }
      // the broker stumbled, which the reader notices by itself: the lease outlives two renewals that fail
    }
    return true;
  }

  /** Throws if somebody else holds it. */
  async #check(signal?: AbortSignal): Promise<void> {
    const { sqs, url, resource, clock } = this.#options;
    const { Tags = {} } = await sqs.listQueueTags({ QueueUrl: url }, signal && { abortSignal: signal });
    const [holder = "", expires = "", process = ""] = (Tags[tag] ?? "").split(" ");
    if (holder === "" || holder === this.#holder || !(Date.parse(expires) > clock.wall())) return;
    const where = process === "" ? "" : `, process ${process.replace("@", " on ")}`;
    throw wakefulError("COMPETING_LISTENERS", {
      resource,
      holder: `run ${holder}${where}, until ${expires} or longer`,
    });
  }

  async #write(signal?: AbortSignal): Promise<void> {
    const { sqs, url, clock } = this.#options;
    const expires = new Date(clock.wall() + length).toISOString();
    const Tags = { [tag]: `${this.#holder} ${expires} ${thisProcess}` };
    await sqs.tagQueue({ QueueUrl: url, Tags }, signal && { abortSignal: signal });
  }
}
