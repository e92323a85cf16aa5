import { randomInt } from "node:crypto";
import { devNull } from "node:os";
import type { Accounting, BrokerNote, Mark, MarkOptions, OpenedScope } from "../contracts/index.ts";
import { WakefulError, wakefulError } from "../errors.ts";
import * as kind from "../kinds.ts";
import { checkArgument, checkOptions, type OptionKinds } from "../options.ts";
import { type Clock, type Duration, milliseconds, systemClock, watchedByScope } from "../time/index.ts";
import { accountingOf } from "./accounting.ts";
import { AwsServer } from "./aws/server.ts";
import { tokenOfTests } from "./aws/endpoint-request.ts";
import type { Activity } from "./broker/activity.ts";
import { Broker } from "./broker/broker.ts";
import type { StoredMessage } from "./broker/message.ts";
import type { Queue } from "./broker/queue.ts";
import { EndpointFaultsInForce } from "./faults/endpoint-faults-in-force.ts";
import { type Faults, SimulatorFaults } from "./faults/faults.ts";
import { FaultRegistry, type SimulatorScope } from "./faults/registry.ts";
import { requestTraces } from "./faults/request-traces.ts";
import { framesOf, showFrames, similarNames } from "../text/index.ts";
import { type Advance, TimeTravel } from "./time-travel.ts";
import { VirtualClock } from "./virtual-clock.ts";

const optionKinds: OptionKinds<AwsSimulatorOptions> = {
  port: { ...kind.wholeNumber(0, 65_535), expected: "a number up to 65535" },
  host: kind.text,
  allowRemote: kind.flag,
  token: kind.text,
  region: kind.text,
  order: kind.anything,
  strictPolicies: kind.flag,
  allowOutbound: kind.flag,
  clock: kind.internal(kind.anything),
};
const orderKinds: OptionKinds<NonNullable<AwsSimulatorOptions["order"]>> = {
  seed: kind.wholeNumber(Number.MIN_SAFE_INTEGER),
};
const loopback = new Set(["127.0.0.1", "::1", "localhost"]);
const defaultRegion = "eu-west-1";

export interface AwsSimulatorOptions {
  /** Default 0: a free port. */
  readonly port?: number;
  /** Default 127.0.0.1. Any other than a loopback address needs `allowRemote` and `token`. */
  readonly host?: string;
  readonly allowRemote?: boolean;
  /** What callers must use as access key id. */
  readonly token?: string;
  /** Default "eu-west-1". */
  readonly region?: string;
  /**
   * Default: standard queues deliver strictly in the order of sending. AWS promises no more than its best effort; with
   * this they deliver nearly in order, neighbours being mixed by random numbers that the seed decides: the same requests
   * get the same messages again. Without a seed one is drawn; `simulator.seed` and `inspect()` tell it. FIFO queues keep
   * their order.
   */
  readonly order?: { readonly seed?: number };
  /**
   * Whether a topic sends only to queues whose policy lets it, as on AWS. Default false: it sends, and for each subscription
   * one warning of the process (`WAKEFUL_QUEUE_POLICY`) and one Activity ("delivered without a queue policy") tell of it.
   */
  readonly strictPolicies?: boolean;
  /** Whether topics may have HTTP(S) endpoints on other machines. Default false: only loopback addresses are called. */
  readonly allowOutbound?: boolean;
  /** @internal For tests of Wakeful itself. */
  readonly clock?: Clock;
}

/** What an AWS SDK client takes: `new SQS(simulator.config)`. */
export interface AwsClientConfig {
  readonly endpoint: string;
  readonly region: string;
  /** The session token tells the test's own calls from those of systems, which faults of the endpoint are for. */
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
}

/** A queue at one moment. */
export interface QueueInspection {
  readonly name: string;
  readonly arn: string;
  readonly ready: number;
  readonly delayed: number;
  readonly inFlight: number;
  /** Long polls that wait now. */
  readonly polls: number;
  /** What decides the order of delivery; undefined where it is strict. */
  readonly seed: number | undefined;
  readonly messages: readonly MessageInspection[];
}

export interface MessageInspection {
  readonly id: string;
  readonly body: string;
  readonly state: "delayed" | "ready" | "in flight";
  readonly receives: number;
  /** Virtual milliseconds until it can be received; 0 when it can. */
  readonly visibleIn: number;
}

/**
 * SNS, SQS and DynamoDB in this process, on a clock that the test can move. Unmodified SDKs of any language speak to it.
 * What SNS delivers bears the fields of a signature, but they are placeholders: nothing is signed.
 *
 * @example
 * await using simulator = await startAwsSimulator();
 * const sqs = new SQS(simulator.config);
 * await simulator.advance("30s");
 */
export interface AwsSimulator extends Accounting, AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly region: string;
  readonly config: AwsClientConfig;
  /** What decides the order of standard queues; undefined while it is strict. */
  readonly seed: number | undefined;
  /**
   * All that another process needs to find the simulator, and to find nothing else: endpoints, keys, region, no files with
   * profiles. AWS_PROFILE must not be set beside it.
   */
  readonly env: Readonly<Record<string, string>>;
  /** Virtual time. */
  now(): Date;
  /**
   * Moves the time on, from deadline to deadline, letting consumers come back to their polls in between. Rejects with
   * `TIME_IS_SHARED` while more than one scope is open, with `TIME_NOT_SETTLED` when consumers do not come back.
   * Timers of the system under test itself do not move.
   */
  advance(by: Duration): Promise<Advance>;
  /** As `advance`, to a moment of virtual time. Rejects with `INVALID_OPTION` for one that is over. */
  advanceTo(time: Date): Promise<Advance>;
  /**
   * As `advance`, to the next deadline of all: the end of a visibility timeout, a delay, a long poll, a retention. With none
   * ahead it does nothing; `by` of the result says how far it was.
   */
  advanceToNext(): Promise<Advance>;
  /** Stops virtual time where it is: nothing becomes visible, no poll ends. `advance` still moves it. */
  pause(): void;
  /** Lets time run on from where it stands. */
  resume(): void;
  /** Makes messages in flight on one queue visible now. Returns how many. Touches nothing else. */
  expireVisibility(queue: string, which?: (message: MessageInspection) => boolean): number;
  inspect(queue: string): QueueInspection;
  /** Puts faults in force, on messages or on requests. */
  readonly faults: Faults;
  /** The names of all queues. */
  readonly queues: readonly string[];
  /** The names of all topics. */
  readonly topics: readonly string[];
  /** What happened to a message that was sent or published, in order. */
  history(messageId: string): readonly Activity[];
  /** Calls back for everything that happens to messages. */
  onActivity(listener: (activity: Activity) => void): Disposable;
  mark(options: MarkOptions, signal: AbortSignal): Promise<Mark>;
  notes(listener: (note: BrokerNote) => void): Disposable;
  reached(messageId: string): number | undefined;
  keptOut(messageId: string, beside: readonly string[]): boolean;
  scopeOpened(name: string, scope?: OpenedScope): Disposable;
  harnessReads(queue: string): Disposable;
  close(): Promise<void>;
}

/** Starts a simulator. It does not hold the process by itself once closed; its own timers never do. */
export async function startAwsSimulator(options: AwsSimulatorOptions = {}): Promise<AwsSimulator> {
  checkOptions("startAwsSimulator()", options, optionKinds);
  checkOptions("order of startAwsSimulator()", options.order, orderKinds);
  const { port = 0, host = "127.0.0.1", region = defaultRegion, clock = systemClock, token } = options;
  if (!loopback.has(host) && !(options.allowRemote === true && token !== undefined && token !== "")) {
    throw wakefulError("REMOTE_REFUSED", { host });
  }
  const seed = options.order === undefined ? undefined : (options.order.seed ?? randomInt(2 ** 32));
  const broker = new Broker(new VirtualClock(clock), region, seed, options);
  const endpointFaults = new EndpointFaultsInForce(
    () => clock.wall(),
    (body) => requestTraces(body, broker.queues.values()),
  );
  const server = await AwsServer.listen(broker, { host, port, token, faults: endpointFaults });
  return new RunningSimulator(broker, server, endpointFaults, host, token ?? "wakeful");
}

class RunningSimulator implements AwsSimulator {
  readonly name: string;
  readonly url: string;
  readonly port: number;
  readonly region: string;
  readonly config: AwsClientConfig;
  readonly seed: number | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly faults: Faults;
  readonly #broker: Broker;
  readonly #server: AwsServer;
  readonly #scopes = new Set<SimulatorScope>();
  readonly #accounting: ReturnType<typeof accountingOf>;
  readonly #registry: FaultRegistry;
  readonly #travel: TimeTravel;
  #closing: Promise<void> | undefined;

  constructor(
    broker: Broker,
    server: AwsServer,
    endpointFaults: EndpointFaultsInForce,
    host: string,
    accessKeyId: string,
  ) {
    this.#broker = broker;
    this.#server = server;
    this.#accounting = accountingOf(broker);
    this.#registry = new FaultRegistry(broker, this.#scopes);
    this.faults = new SimulatorFaults(broker, this.#registry, endpointFaults);
    this.#travel = new TimeTravel(broker, this.#scopes);
    this.name = this.#accounting.name;
    this.port = server.port;
    this.region = broker.region;
    this.seed = broker.seed;
    this.url = `http://${host.includes(":") ? `[${host}]` : host}:${this.port}`;
    const secretAccessKey = "wakeful";
    const credentials = { accessKeyId, secretAccessKey, sessionToken: tokenOfTests };
    this.config = { endpoint: this.url, region: this.region, credentials };
    this.env = {
      AWS_ENDPOINT_URL: this.url,
      AWS_ENDPOINT_URL_SNS: this.url,
      AWS_ENDPOINT_URL_SQS: this.url,
      AWS_ENDPOINT_URL_DYNAMODB: this.url,
      AWS_REGION: this.region,
      AWS_DEFAULT_REGION: this.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: "",
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_EC2_METADATA_DISABLED: "true",
    };
  }

  now(): Date {
    return new Date(this.#broker.time.now());
  }

  advance(by: Duration): Promise<Advance> {
    return this.#move(this.advance, () => milliseconds(by, "advance"));
  }

  advanceTo(time: Date): Promise<Advance> {
    return this.#move(this.advanceTo, () => {
      checkArgument("advanceTo(time)", time, kind.date);
      const length = time.getTime() - this.#broker.time.now();
      // the clock has fractions of a millisecond, a date has none
      if (length > -1) return Math.max(0, length);
      throw wakefulError("INVALID_OPTION", {
        option: "advanceTo(time)",
        value: time.toISOString(),
        expected: `a time that is not before ${this.now().toISOString()}: virtual time never goes back`,
      });
    });
  }

  advanceToNext(): Promise<Advance> {
    return this.#move(this.advanceToNext, () => {
      const { time } = this.#broker;
      return Math.max(0, (time.next() ?? time.now()) - time.now());
    });
  }

  pause(): void {
    this.#broker.time.pause();
  }

  resume(): void {
    this.#broker.time.resume();
  }

  expireVisibility(queue: string, which: (message: MessageInspection) => boolean = () => true): number {
    checkArgument("expireVisibility(queue, which)", which, kind.callback);
    return this.#queue(queue).expireVisibility((message) => which(this.#inspectMessage(message)));
  }

  get queues(): readonly string[] {
    return [...this.#broker.queues.keys()];
  }

  get topics(): readonly string[] {
    return [...this.#broker.topics.values()].map(({ name }) => name);
  }

  inspect(name: string): QueueInspection {
    const queue = this.#queue(name);
    const counts = queue.tally.sum();
    return {
      name,
      arn: queue.arn,
      ready: counts.ready,
      delayed: counts.delayed,
      inFlight: counts["in flight"],
      polls: queue.consumers.parked,
      seed: queue.fifo ? undefined : this.seed,
      messages: [...queue.messages].map((message) => this.#inspectMessage(message)),
    };
  }

  history(messageId: string): readonly Activity[] {
    checkArgument("history(messageId)", messageId, kind.text);
    return [...(this.#broker.activity.origin(messageId)?.life ?? [])];
  }

  onActivity(listener: (activity: Activity) => void): Disposable {
    checkArgument("onActivity(listener)", listener, kind.callback);
    return this.#broker.activity.listen(listener);
  }

  notes(listener: (note: BrokerNote) => void): Disposable {
    return this.#accounting.notes(listener);
  }

  harnessReads(queue: string): Disposable {
    return this.#accounting.harnessReads(queue);
  }

  mark(options: MarkOptions, signal: AbortSignal): Promise<Mark> {
    return this.#accounting.mark(options, signal);
  }

  reached(messageId: string): number | undefined {
    return this.#broker.reached(messageId);
  }

  keptOut(messageId: string, beside: readonly string[]): boolean {
    return this.#accounting.keptOut(messageId, beside);
  }

  scopeOpened(name: string, opened?: OpenedScope): Disposable {
    const scope: SimulatorScope = { name, ...(opened !== undefined && { opened }) };
    this.#scopes.add(scope);
    this.#registry.scopeOpened(scope);
    return {
      [Symbol.dispose]: () => {
        this.#scopes.delete(scope);
        this.#registry.scopeClosed(scope);
      },
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    await this.#server.close();
    this.#broker.close();
  }

  /** A test that does not await it would look before anything has come due: its scope notes that. */
  #move(calledFrom: (...arguments_: never[]) => unknown, length: () => number): Promise<Advance> {
    const asked: { stack?: string } = {};
    Error.captureStackTrace(asked, calledFrom);
    return watchedByScope(`${calledFrom.name} of the simulator`, calledFrom, async () => {
      try {
        return await this.#travel.advance(length);
      } catch (error) {
        // it may be refused when another one is over, with nothing of the test on the stack
        throw error instanceof WakefulError ? showFrames(error, framesOf(asked)) : error;
      }
    });
  }

  #queue(name: string): Queue {
    checkArgument("The name of a queue", name, kind.text);
    const queue = this.#broker.queues.get(name);
    if (queue === undefined) {
      const similar = similarNames(name, this.#broker.queues.keys());
      throw wakefulError("RESOURCE_MISSING", { resource: `queue ${name}`, similar });
    }
    return queue;
  }

  #inspectMessage({ id, body, state, receives, visibleAt }: StoredMessage): MessageInspection {
    const now = this.#broker.time.now();
    const visibleIn = state === "ready" ? 0 : Math.max(0, (visibleAt ?? now) - now);
    return { id, body, state: state === "gone" ? "ready" : state, receives, visibleIn };
  }
}
