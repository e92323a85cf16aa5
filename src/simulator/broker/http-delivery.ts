import { type ClientRequest, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { VirtualClock } from "../virtual-clock.ts";

const answerWithin = 15_000;
const second = 1_000;

/** One message for one endpoint. */
export interface HttpDelivery {
  readonly subscriptionArn: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Of the published message that it carries; undefined for what no test waits for, such as a confirmation. */
  readonly traceId: string | undefined;
  /** Milliseconds before each retry. */
  readonly retryDelays: readonly number[];
  readonly maxReceivesPerSecond: number | undefined;
  /** Virtual milliseconds before the first attempt. */
  readonly delay: number;
  /** Told of each attempt that failed. */
  readonly failed: (reason: string, attempt: number) => void;
  /** Told once, at the end: undefined when it was taken, else why it was given up. */
  readonly ended: (failure: string | undefined, attempts: number) => void;
  /** Told in its place when the subscription has ended before. */
  readonly cancelled: () => void;
}

/** A delivery that has not ended. All times are virtual. */
export interface PendingDelivery {
  readonly delivery: HttpDelivery;
  readonly state: "waiting" | "in flight";
  readonly attempts: number;
  readonly lastFailure: string | undefined;
  /** When it is tried, while it waits. */
  readonly triedAt: number;
}

interface Pending extends PendingDelivery {
  state: "waiting" | "in flight";
  attempts: number;
  lastFailure: string | undefined;
  triedAt: number;
  deadline: Disposable | undefined;
  request: ClientRequest | undefined;
}

/** Posts to HTTP(S) endpoints, and tries again on the virtual clock. Calls only this machine, unless told otherwise. */
export class HttpDeliveries {
  readonly #time: VirtualClock;
  readonly #changed: () => void;
  readonly #allowOutbound: boolean;
  readonly #pending = new Set<Pending>();
  /** Per throttled subscription, when its next message may go. */
  readonly #freeAt = new Map<string, number>();

  constructor(options: { time: VirtualClock; changed: () => void; allowOutbound: boolean }) {
    this.#time = options.time;
    this.#changed = options.changed;
    this.#allowOutbound = options.allowOutbound;
  }

  get pending(): Iterable<PendingDelivery> {
    return this.#pending;
  }

  mayCall(url: URL): boolean {
    return this.#allowOutbound || isLoopback(url);
  }

  send(delivery: HttpDelivery): void {
    const triedAt = this.#slot(delivery) + delivery.delay;
    const pending: Pending = {
      delivery,
      state: "waiting",
      attempts: 0,
      lastFailure: undefined,
      triedAt,
      deadline: undefined,
      request: undefined,
    };
    this.#pending.add(pending);
    this.#tryAt(pending, triedAt);
  }

  /** Ends what is on its way to a subscription that is no more. */
  cancel(subscriptionArn: string): void {
    for (const pending of this.#pending) {
      if (pending.delivery.subscriptionArn !== subscriptionArn) continue;
      this.#drop(pending);
      pending.delivery.cancelled();
    }
    this.#freeAt.delete(subscriptionArn);
    this.#changed();
  }

  close(): void {
    for (const pending of this.#pending) this.#drop(pending);
  }

  /** When a subscription's throttle lets the next message go. */
  #slot({ subscriptionArn, maxReceivesPerSecond }: HttpDelivery): number {
    const now = this.#time.now();
    if (maxReceivesPerSecond === undefined) return now;
    const at = Math.max(now, this.#freeAt.get(subscriptionArn) ?? now);
    this.#freeAt.set(subscriptionArn, at + second / maxReceivesPerSecond);
    return at;
  }

  #tryAt(pending: Pending, at: number): void {
    if (at <= this.#time.now()) {
      this.#attempt(pending);
      return;
    }
    pending.state = "waiting";
    pending.triedAt = at;
    pending.deadline = this.#time.at(at, () => {
      this.#attempt(pending);
    });
    this.#changed();
  }

  #attempt(pending: Pending): void {
    const { delivery } = pending;
    pending.state = "in flight";
    pending.attempts++;
    let over = false;
    const end = (failure: string | undefined, again: boolean) => {
      if (over || !this.#pending.has(pending)) return;
      over = true;
      pending.deadline?.[Symbol.dispose]();
      if (failure === undefined) this.#end(pending, undefined);
      else this.#fail(pending, failure, again);
    };
    const url = new URL(delivery.url);
    const body = Buffer.from(delivery.body);
    const open = url.protocol === "https:" ? httpsRequest : httpRequest;
    const request = open(url, {
      method: "POST",
      // a kept connection that the endpoint closes meanwhile would fail a delivery for nothing
      agent: false,
      headers: { ...delivery.headers, "content-length": body.length },
      // nobody has a certificate for this machine that an authority signed
      ...(isLoopback(url) && { rejectUnauthorized: false }),
    });
    pending.request = request;
    request.on("socket", (socket) => socket.unref());
    request.on("response", (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) end(undefined, false);
      else end(`HTTP ${status}`, status >= 500 || status === 429);
    });
    request.on("error", (error: NodeJS.ErrnoException) => {
      end(error.code ?? error.message, true);
    });
    pending.deadline = this.#time.at(this.#time.now() + answerWithin, () => {
      end(`no answer within ${answerWithin / second} s`, true);
      request.destroy();
    });
    request.end(body);
    this.#changed();
  }

  #fail(pending: Pending, failure: string, again: boolean): void {
    pending.lastFailure = failure;
    pending.delivery.failed(failure, pending.attempts);
    const delay = again ? pending.delivery.retryDelays[pending.attempts - 1] : undefined;
    if (delay === undefined) this.#end(pending, failure);
    else this.#tryAt(pending, this.#time.now() + delay);
  }

  #end(pending: Pending, failure: string | undefined): void {
    this.#pending.delete(pending);
    pending.delivery.ended(failure, pending.attempts);
    this.#changed();
  }

  #drop(pending: Pending): void {
    this.#pending.delete(pending);
    pending.deadline?.[Symbol.dispose]();
    pending.request?.destroy();
  }
}

function isLoopback({ hostname }: URL): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}
