/** A value of a wrong kind is refused at once wherever the public API takes options or arguments, at the line that gave it. */
import { EventEmitter } from "node:events";
import { SNS, SNSClient } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterAll, describe, expect, test } from "vitest";
import { jsonEnvelope, protobuf, protobufEnvelope } from "../../src/codecs/index.ts";
import { createHarness, probeDuring, probeUntil } from "../../src/index.ts";
import { attachSystem, startProcess } from "../../src/launch/index.ts";
import { sharedStart, wakeful } from "../../src/runners/vitest/config.ts";
import { wakefulTest } from "../../src/runners/vitest/index.ts";
import { startAwsSimulator } from "../../src/simulator/index.ts";
import { inProcess } from "../../src/transports/in-process/index.ts";
import { snsSqs } from "../../src/transports/sns-sqs/index.ts";
import { LogBook } from "../../src/launch/log-book.ts";
import { systemClock } from "../../src/time/index.ts";
import { orderOfProtobufjs } from "../support/protobuf-types.ts";
import { openApiStand, outcomeOf } from "../support/api-stand.ts";

const values = {
  nothing: undefined,
  null: null,
  zero: 0,
  five: 5,
  negative: -1,
  fraction: 1.5,
  "no number": Number.NaN,
  text: "x",
  "empty text": "",
  true: true,
  object: {},
  "object without prototype": Object.create(null) as unknown,
  list: [],
  "list of numbers": [5],
  function: () => 1,
  symbol: Symbol("x"),
  bigint: 5n,
};
type Label = keyof typeof values;

const stand = await openApiStand();
const { simulator, aws, harness, scope } = stand;
const log = new LogBook({ system: "shop", clock: systemClock, limit: 10 });
afterAll(() => stand[Symbol.asyncDispose]());

/** Where people look first. */
function topFrame(error: unknown): string | undefined {
  return (error as Error).stack?.split("\n").find((line) => line.startsWith("    at "));
}

/** What takes a value, and which of the values it takes; those are not tried. */
type Taker = readonly [what: string, take: (value: never) => unknown, right: readonly Label[]];

const optional: Label = "nothing";
const texts: readonly Label[] = ["text"];
const optionalText: readonly Label[] = ["text", optional];
const flag: readonly Label[] = ["true", optional];
const durations: readonly Label[] = ["zero", "five", "fraction", optional];
const functions: readonly Label[] = ["function"];
const optionalFunction: readonly Label[] = ["function", optional];
const objects: readonly Label[] = ["object", "object without prototype", optional];
const wholes: readonly Label[] = ["five", optional];

const on = () => simulator.faults.on("billing");
const endpoint = () => simulator.faults.endpoint;
const clients = () => ({ sns: new SNS(simulator.config), sqs: new SQS(simulator.config) });
const started = { command: ["node"] as const, ready: { http: "/" } };
const attached = { name: "shop", url: "http://127.0.0.1:1", ready: { http: "/" } };

const ofHarness: readonly Taker[] = [
  ["createHarness().channels", (channels) => createHarness({ channels }), ["object", "object without prototype"]],
  ["createHarness().sla", (sla) => createHarness({ channels: {}, sla }), durations],
  ["createHarness().systems", (systems) => createHarness({ channels: {}, systems }), ["list", optional]],
  ["createHarness().journal", (journal) => createHarness({ channels: {}, journal }), objects],
  ["a limit", (maxEntries) => createHarness({ channels: {}, journal: { maxEntries } }), ["five", "fraction", optional]],
  [
    "a limit of bytes",
    (maxBytes) => createHarness({ channels: {}, journal: { maxBytes } }),
    ["five", "fraction", optional],
  ],
  ["onVerdict", (onVerdict) => createHarness({ channels: {}, onVerdict }), optionalFunction],
  ["createHarness().signal", (signal) => createHarness({ channels: {}, signal }), [optional]],
  ["a channel", (placed) => createHarness({ channels: { placed } }), []],
  ["a transport", (transport) => createHarness({ channels: { x: { ...aws.topic("x"), transport } } }), ["function"]],
  ["a channel's schema", (schema) => createHarness({ channels: { x: { ...aws.topic("x"), schema } } }), [optional]],
  ["a channel's codec", (codec) => createHarness({ channels: { x: { ...aws.topic("x"), codec } } }), [optional]],
  ["scope(name)", (name) => harness.scope(name), ["text", "empty text"]],
  ["scope().deadline", (deadline) => harness.scope("x", { deadline }), [optional]],
  [
    "own(id)",
    (id) => {
      scope.own(id);
    },
    texts,
  ],
  ["run(body)", (body) => scope.run(body), functions],
  [
    "limit()",
    (deadline) => {
      scope.limit(deadline);
    },
    [optional],
  ],
  ["cutOff(by)", (by) => scope.cutOff(by), texts],
  ["close()", (outcome) => scope.close(outcome), objects],
  ["close().failed", (failed) => scope.close({ failed }), flag],
  ["next().within", (within) => scope.channels.placed.next(() => true, { within }), durations],
  ["next().since", (since) => scope.channels.placed.next(() => true, { since }), [optional]],
  ["next().signal", (signal) => scope.channels.placed.next(() => true, { signal }), [optional]],
  ["exactly(count)", (count) => scope.channels.placed.exactly(count, { id: 1 }), ["zero", "five"]],
  ["exactly().count", (count) => scope.channels.placed.exactly(1, () => true, { count }), [optional]],
  ["none().within", (within) => scope.channels.placed.none(() => true, { within }), durations],
  ["settled().within", (within) => scope.settled({ within }), durations],
  ["settled().quiet", (quiet) => scope.settled({ quiet }), durations],
  ["settled().signal", (signal) => scope.settled({ signal }), [optional]],
  ["send().attributes", (attributes) => scope.channels.placed.send({}, { attributes }), objects],
  ["an attribute", (kind) => scope.channels.placed.send({}, { attributes: { kind } }), ["text", "empty text"]],
  ["send().key", (key) => scope.channels.placed.send({}, { key }), ["text", "empty text", optional]],
  ["send().delay", (delay) => scope.channels.billing.send({}, { delay }), ["zero", optional]],
  [
    "deduplicationId",
    (deduplicationId) => scope.channels.ordered.send({}, { key: "k", deduplicationId }),
    optionalText,
  ],
  ["sendRaw(body)", (body) => scope.channels.placed.sendRaw(body), ["text", "empty text"]],
  ["probeUntil(probe)", (probe) => probeUntil(probe), functions],
  ["probeUntil().within", (within) => probeUntil(() => 1, { within }), durations],
  ["probeUntil().until", (until) => probeUntil(() => 1, { until }), optionalFunction],
  ["probeUntil().interval", (interval) => probeUntil(() => 1, { interval }), [...durations, "function"]],
  ["probeUntil().failFast", (failFast) => probeUntil(() => 1, { failFast }), optionalFunction],
  ["probeUntil().onTimeout", (onTimeout) => probeUntil(() => 1, { onTimeout }), optionalFunction],
  ["probeUntil().description", (description) => probeUntil(() => 1, { description }), optionalText],
  ["probeUntil().signal", (signal) => probeUntil(() => 1, { signal }), [optional]],
  ["probeDuring().during", (during) => probeDuring(() => 1, { during }), durations],
  ["jsonEnvelope().service", (service) => jsonEnvelope({ service }), [optional]],
  ["a service's name", (name) => jsonEnvelope({ service: { name } }), texts],
  ["jsonEnvelope().topic", (topic) => jsonEnvelope({ topic }), ["text", "empty text", optional]],
  ["jsonEnvelope().uuid", (uuid) => jsonEnvelope({ uuid }), optionalFunction],
  ["protobuf(type)", (type) => protobuf(type), []],
  ["protobuf().body", (body) => protobuf(orderOfProtobufjs, { body }), [optional]],
  ["protobufEnvelope().type", (type) => protobufEnvelope({ type }), []],
  ["its service's name", (name) => protobufEnvelope({ type: orderOfProtobufjs, service: { name } }), texts],
];

const ofSimulator: readonly Taker[] = [
  ["port", (port) => startAwsSimulator({ port }), ["zero", "five", optional]],
  ["host", (host) => startAwsSimulator({ host }), optionalText],
  ["allowRemote", (allowRemote) => startAwsSimulator({ allowRemote }), flag],
  ["token", (token) => startAwsSimulator({ token }), optionalText],
  ["region", (region) => startAwsSimulator({ region }), optionalText],
  ["order", (order) => startAwsSimulator({ order }), objects],
  ["a seed of the order", (seed) => startAwsSimulator({ order: { seed } }), ["zero", "five", "negative", optional]],
  ["strictPolicies", (strictPolicies) => startAwsSimulator({ strictPolicies }), flag],
  ["allowOutbound", (allowOutbound) => startAwsSimulator({ allowOutbound }), flag],
  ["advance(by)", (by) => simulator.advance(by), ["zero", "five", "fraction"]],
  ["advanceTo(time)", (time) => simulator.advanceTo(time), []],
  ["expireVisibility(queue)", (queue) => simulator.expireVisibility(queue), texts],
  ["expireVisibility(, which)", (which) => simulator.expireVisibility("billing", which), optionalFunction],
  ["inspect(queue)", (queue) => simulator.inspect(queue), texts],
  ["history(messageId)", (id) => simulator.history(id), texts],
  ["onActivity(listener)", (listener) => simulator.onActivity(listener), functions],
  ["faults.on(place)", (place) => simulator.faults.on(place), texts],
  ["faults.on({ queue })", (queue) => simulator.faults.on({ queue }), texts],
  ["faults.on({ topic })", (topic) => simulator.faults.on({ topic }), texts],
  ["nth", (nth) => on().drop({ nth }), [...wholes, "list of numbers"]],
  ["where", (where) => on().drop({ where }), optionalFunction],
  ["share", (share) => on().drop({ share }), ["zero", optional]],
  ["seed", (seed) => on().drop({ share: 1, seed }), ["zero", "five", "negative", optional]],
  ["mayMiss", (mayMiss) => on().drop({ mayMiss }), flag],
  ["delay(by)", (by) => on().delay(by), ["five", "fraction"]],
  ["reorder().heldFor", (heldFor) => on().reorder({ heldFor }), ["five", "fraction", optional]],
  ["redeliverEarly().after", (after) => on().redeliverEarly({ after }), durations],
  ["service", (service) => endpoint().throttle({ service }), [optional]],
  ["action", (action) => endpoint().throttle({ action }), [optional]],
  ["callers", (callers) => endpoint().throttle({ callers }), [optional]],
  ["status", (status) => endpoint().fail({ status }), [optional]],
  ["processed", (processed) => endpoint().closeConnection({ processed }), flag],
  ["slow(by)", (by) => endpoint().slow(by), ["five", "fraction"]],
  ["skewClock(by)", (by) => endpoint().skewClock(by), ["zero", "five", "fraction"]],
];

const ofTransports: readonly Taker[] = [
  ["sns", (sns) => snsSqs({ ...clients(), sns }), []],
  ["sqs", (sqs) => snsSqs({ ...clients(), sqs }), []],
  ["accounting", (accounting) => snsSqs({ ...clients(), accounting }), [optional]],
  ["pollers", (pollers) => snsSqs({ ...clients(), pollers }), [optional]],
  ["run", (run) => snsSqs({ ...clients(), run }), optionalText],
  ["topic(name)", (name: string) => aws.topic(name), texts],
  ["queue(name)", (name: string) => aws.queue(name), texts],
  ["deadLetters(name)", (name: string) => aws.deadLetters(name), texts],
  ["topic().schema", (schema) => aws.topic("x", { schema }), [optional]],
  ["topic().codec", (codec) => aws.topic("x", { codec }), [optional]],
  ["topic().correlation", (correlation) => aws.topic("x", { correlation }), ["text", "function", optional]],
  ["filterPolicy", (filterPolicy) => aws.topic("x", { filterPolicy }), objects],
  ["filterPolicyScope", (filterPolicyScope) => aws.topic("x", { filterPolicy: {}, filterPolicyScope }), [optional]],
  ["queue().schema", (schema) => aws.queue("x", { schema }), [optional]],
  ["deadLetters().allow", (allow) => aws.deadLetters("x", { allow }), flag],
  ["deadLetters().source", (source) => aws.deadLetters("x", { source }), optionalText],
  ["createTopic(name)", (name) => aws.createTopic(name), texts],
  ["createQueue(name)", (name) => aws.createQueue(name), texts],
  ["createQueue().visibility", (visibility) => aws.createQueue("x", { visibility }), ["zero", optional]],
  ["createQueue().delay", (delay) => aws.createQueue("x", { delay }), ["zero", optional]],
  ["createQueue().deadLetters", (deadLetters) => aws.createQueue("x", { deadLetters }), [optional]],
  ["its queue", (queue) => aws.createQueue("x", { deadLetters: { queue, maxReceives: 1 } }), texts],
  ["maxReceives", (maxReceives) => aws.createQueue("x", { deadLetters: { queue: "billing", maxReceives } }), ["five"]],
  ["createQueue().attributes", (attributes) => aws.createQueue("x", { attributes }), objects],
  ["its attribute", (DelaySeconds) => aws.createQueue("x", { attributes: { DelaySeconds } }), ["text", "empty text"]],
  ["createQueue().signal", (signal) => aws.createQueue("x", { signal }), [optional]],
  ["subscribe(topic)", (topic) => aws.subscribe(topic, "billing"), texts],
  ["subscribe(, queue)", (queue) => aws.subscribe("placed", queue), texts],
  ["subscribe().raw", (raw) => aws.subscribe("placed", "billing", { raw }), flag],
  ["receive(queue)", (queue) => aws.receive(queue), texts],
  ["max", (max) => aws.receive("billing", { max }), wholes],
  ["wait", (wait) => aws.receive("billing", { wait }), durations],
  ["receive().signal", (signal) => aws.receive("billing", { signal }), [optional]],
  ["inspect(queue) by hand", (queue) => aws.inspect(queue), texts],
  ["purge(queue)", (queue) => aws.purge(queue), texts],
  ["redrive(queue)", (queue) => aws.redrive(queue), texts],
  ["redrive().to", (to) => aws.redrive("billing--dlq", { to }), optionalText],
  ["redrive().perSecond", (perSecond) => aws.redrive("billing--dlq", { perSecond }), wholes],
  ["deleteQueue(queue)", (queue) => aws.deleteQueue(queue), texts],
  ["deleteTopic(topic)", (topic) => aws.deleteTopic(topic), texts],
  ["sweep().signal", (signal) => aws.sweep({ signal }), [optional]],
  ["inProcess(bus)", (bus) => inProcess(bus), []],
  ["inProcess().name", (name) => inProcess(new EventEmitter(), { name }), optionalText],
  ["correlation", (correlation) => inProcess(new EventEmitter(), { correlation }), ["text", "function", optional]],
  ["type", (type) => inProcess(new EventEmitter(), { type }), ["text", "function", optional]],
  ["its declaration", (finishesBeforeReply) => inProcess(new EventEmitter(), { finishesBeforeReply }), flag],
  ["subscribedAfter", (subscribedAfter) => inProcess(new EventEmitter(), { subscribedAfter }), flag],
  ["event(type)", (type: string) => inProcess(new EventEmitter()).event(type), ["text", "function"]],
  ["event().schema", (schema) => inProcess(new EventEmitter()).event("x", { schema }), ["nothing"]],
  ["events(...types)", (type: string) => inProcess(new EventEmitter()).events(type), ["text", "function"]],
  ["where(description)", (description) => inProcess(new EventEmitter()).where(description, () => true), texts],
  ["where(, accepts)", (accepts) => inProcess(new EventEmitter()).where("x", accepts), functions],
];

const ofLaunch: readonly Taker[] = [
  ["startProcess().name", (name) => startProcess({ ...started, name }), optionalText],
  ["command", (command) => startProcess({ ...started, command }), []],
  ["cwd", (cwd) => startProcess({ ...started, cwd }), optionalText],
  ["env", (env) => startProcess({ ...started, env }), objects],
  ["a variable", (DEBUG) => startProcess({ ...started, env: { DEBUG } }), ["text", "empty text", optional]],
  ["inherit", (inherit) => startProcess({ ...started, inherit }), ["list", optional]],
  ["startProcess().port", (port) => startProcess({ ...started, port }), optionalText],
  ["ready", (ready) => startProcess({ ...started, ready }), functions],
  ["ready.http", (http) => startProcess({ ...started, ready: { http } }), ["text", "empty text"]],
  ["ready.log", (log) => startProcess({ ...started, ready: { log } }), texts],
  ["startWithin", (startWithin) => startProcess({ ...started, startWithin }), durations],
  ["finishesBeforeReply", (finishesBeforeReply) => startProcess({ ...started, finishesBeforeReply }), flag],
  ["idle", (idle) => startProcess({ ...started, idle }), optionalFunction],
  ["stopWithin", (stopWithin) => startProcess({ ...started, stopWithin }), durations],
  ["stopSignal", (stopSignal) => startProcess({ ...started, stopSignal }), [optional]],
  ["inspect", (inspect) => startProcess({ ...started, inspect }), flag],
  ["coverage", (coverage) => startProcess({ ...started, coverage }), optionalText],
  ["afterStart", (afterStart) => startProcess({ ...started, afterStart }), optionalFunction],
  ["beforeStop", (beforeStop) => startProcess({ ...started, beforeStop }), optionalFunction],
  ["logLimit", (logLimit) => startProcess({ ...started, logLimit }), wholes],
  ["startProcess().signal", (signal) => startProcess({ ...started, signal }), [optional]],
  ["attachSystem().name", (name) => attachSystem({ ...attached, name }), texts],
  ["url", (url) => attachSystem({ ...attached, url }), []],
  ["attachSystem().ready", (ready) => attachSystem({ ...attached, ready }), functions],
  ["logs", (logs) => attachSystem({ ...attached, logs }), [optional]],
  ["attachSystem().idle", (idle) => attachSystem({ ...attached, idle }), optionalFunction],
  ["attachSystem().logLimit", (logLimit) => attachSystem({ ...attached, logLimit }), wholes],
  ["attachSystem().signal", (signal) => attachSystem({ ...attached, signal }), [optional]],
  ["contains(what)", (what) => log.contains(what), texts],
  ["count(what)", (what) => log.count(what), texts],
  ["since", (since) => log.contains("x", { since }), [optional]],
  ["until", (until) => log.lines({ until }), [optional]],
  ["tail(count)", (count) => log.tail(count), ["five"]],
  ["listen(listener)", (listener) => log.listen(listener), functions],
  ["wakeful().sources", (sources) => wakeful({ sources }), ["text", "list", optional]],
  ["wakeful().sla", (sla) => wakeful({ sla }), durations],
  ["wakeful().shareStart", (shareStart) => wakeful({ shareStart }), optionalText],
  ["sharedStart(start)", (start) => sharedStart(start), functions],
  ["wakefulTest().start", (start) => wakefulTest({ start }), functions],
  [
    "wakefulTest().onVerdict",
    (onVerdict) => wakefulTest({ start: () => ({ channels: {} }), onVerdict }),
    optionalFunction,
  ],
];

describe.for([...ofHarness, ...ofSimulator, ...ofTransports, ...ofLaunch])("%s", ([, take, right]) => {
  const wrong = Object.entries(values).filter(([label]) => !right.includes(label as Label));

  test.for(wrong)("is not: %s", async ([, value]) => {
    // the simulator has no second scope here, or time could not be moved
    const error = await outcomeOf(() => take(value as never));
    expect(error).toMatchObject({
      name: "UsageError",
      code: expect.stringMatching(/^INVALID_(OPTION|DURATION|CHANNEL)$/) as unknown,
      hint: expect.stringMatching(/\S/) as unknown,
    });
    expect(topFrame(error)).toContain("wrong-kinds.test.ts");
  });
});

describe("what is said of it", () => {
  test.for<readonly [string, () => unknown]>([
    [
      'allow of deadLetters("x"): "no" is not valid\nExpected true or false.',
      () => aws.deadLetters("x", { allow: "no" as never }),
    ],
    [
      'callers of throttle(): "all" is not valid\nExpected "systems" or "everyone".',
      () => endpoint().throttle({ callers: "all" as never }),
    ],
    [
      'inherit of startProcess(): "DEBUG" is not valid\nExpected a list of names: ["DEBUG"].',
      () => startProcess({ ...started, inherit: "DEBUG" as never }),
    ],
    [
      'count of exactly 1 on placed: "id" is not valid\nExpected "ids" or "deliveries".',
      () => scope.channels.placed.exactly(1, { id: 1 }, { count: "id" as never }),
    ],
    [
      "sns of snsSqs(): an object of the class SNSClient is not valid\nExpected a client with all methods: new SNS(...) of @aws-sdk/client-sns.",
      () => snsSqs({ ...clients(), sns: new SNSClient(simulator.config) as never }),
    ],
    [
      "The options of snsSqs(): undefined is not valid\nExpected an object with some of: sns, sqs, accounting, pollers, run.",
      () => snsSqs(undefined as never),
    ],
    [
      "advanceTo(time): an invalid date is not valid\nExpected a Date that is valid.",
      () => simulator.advanceTo(new Date("soon")),
    ],
    [
      "nth beside share of drop(): number 2 is not valid\nExpected nth or share: the numbers, or a share of all.",
      () => on().drop({ nth: 2, share: 0.5 }),
    ],
    [
      "seed of throttle(): 7 is not valid\nExpected share beside it, such as { share: 0.2, seed: 7 }: it decides which are the share.",
      () => endpoint().throttle({ seed: 7 }),
    ],
    [
      'filterPolicyScope of topic("x"): "MessageBody" is not valid\nExpected filterPolicy beside it: it says what the policy looks at.',
      () => aws.topic("x", { filterPolicyScope: "MessageBody" }),
    ],
    [
      'faults.on(place): a queue and a topic is not valid\nExpected the name of a queue or topic, { queue: "orders" } or { topic: "orders" }.',
      () => simulator.faults.on({ queue: "billing", topic: "placed" } as never),
    ],
    [
      'ready: an object is not valid\nExpected { http: "/health" }, { log: "listening" } or a function.',
      () => startProcess({ ...started, ready: { http: "/", log: "up" } }),
    ],
  ])("%s", async ([message, call]) => {
    expect(await outcomeOf(call)).toMatchObject({ code: "INVALID_OPTION", message });
  });
});

test("nothing was done by what was refused", () => {
  expect(simulator.faults.inForce).toEqual([]);
  expect(simulator.inspect("billing")).toMatchObject({ ready: 0, delayed: 0 });
  expect(simulator.queues).not.toContain("x");
});

describe("what stands in the place of a match and is none", () => {
  const placed = () => scope.channels.placed;
  const within = { within: "1s" } as const;

  test.for<readonly [string, () => unknown, string]>([
    [
      "none",
      () => placed().none(undefined as never, within),
      "none() takes what the events have to have, and the options last: none({ id }, { … }). Of all events say none(() => true, { … }).",
    ],
    [
      "next",
      () => placed().next(undefined as never, within),
      "next() takes what the events have to have, and the options last: next({ id }, { … }). Of all events say next(() => true, { … }).",
    ],
    ["none", () => placed().none(within), "none() takes what the events have to have"],
    ["next", () => placed().next({ signal: AbortSignal.timeout(1) }), "next() takes what the events have to have"],
    [
      "exactly",
      () => placed().exactly(2, undefined as never, within),
      "exactly() takes the count first, then what the events have to have, and the options last: exactly(2, { id }, { … })",
    ],
    ["exactly", () => placed().exactly(2, within), "exactly(2, () => true, { … })"],
    [
      "redrive",
      () => scope.channels.dead.redrive(undefined as never, {}),
      "redrive() takes what the events have to have",
    ],
    ["none", () => placed().none(undefined as never), "Was a field renamed, or an id read from the wrong object?"],
  ])("%s", async ([, call, hint]) => {
    const error = await outcomeOf(call);
    expect(error).toMatchObject({ code: "INVALID_MATCH", hint: expect.stringContaining(hint) as unknown });
    expect(topFrame(error)).toContain("wrong-kinds.test.ts");
  });

  test("a payload may have fields of these names, beside others and of other values", () => {
    expect(placed().seen({ within: "1s", id: 1 })).toEqual([]);
    expect(placed().seen({ within: 1 })).toEqual([]);
    expect(placed().seen({ since: "yesterday" })).toEqual([]);
  });
});

describe("a filter policy that SNS refuses", () => {
  const filterPolicy = { kind: "new" };
  const refused = {
    name: "UsageError",
    code: "FILTER_POLICY_REFUSED",
    facts: { topic: "placed", policy: '{"kind":"new"}', reason: expect.stringMatching(/FilterPolicy/) as unknown },
    hint: expect.stringMatching(/^SNS says: "Invalid parameter: .*FilterPolicy.*A policy has a list/s) as unknown,
    cause: expect.any(Error) as unknown,
  };

  test("is told in its words where a listener is armed", async () => {
    const error = await outcomeOf(() => createHarness({ channels: { placed: aws.topic("placed", { filterPolicy }) } }));
    expect(error).toMatchObject(refused);
    expect(topFrame(error)).toContain("wrong-kinds.test.ts");
  });

  test("and where a queue is subscribed by hand", async () => {
    expect(await outcomeOf(() => aws.subscribe("placed", "billing", { filterPolicy }))).toMatchObject(refused);
  });
});

describe("a move of time that is refused begins at the line that asked for it", () => {
  test("while time is shared", async () => {
    await using another = harness.scope("another");
    void another;
    const error = await outcomeOf(() => scope.run(() => simulator.advance("1s")));
    expect(error).toMatchObject({ code: "TIME_IS_SHARED" });
    expect(topFrame(error)).toContain("wrong-kinds.test.ts");
  });

  test("behind another one", async () => {
    const first = simulator.advance("1s");
    const second = simulator.advanceTo(new Date(0));
    await first;
    const error = await outcomeOf(() => second);
    expect(error).toMatchObject({ code: "INVALID_OPTION" });
    expect(topFrame(error)).toContain("wrong-kinds.test.ts");
  });
});
