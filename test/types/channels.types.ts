/** Checked by the compiler only (`npm run check`): what must compile, and what must not. */
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { z } from "zod";
import { createHarness, probeUntil, type ReceivedEvent } from "../../src/index.ts";
import { inProcess } from "../../src/transports/in-process/index.ts";
import { snsSqs } from "../../src/transports/sns-sqs/index.ts";
import { wakefulTest } from "../../src/runners/vitest/index.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function expectType<T>() {
  return <U>(_value: U, ..._same: Equal<T, U> extends true ? [] : ["types differ", T, U]): void => undefined;
}

// the vendor's clients fit as they are
const aws = snsSqs({ sns: new SNS({}), sqs: new SQS({}) });

const Event = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("created"),
    id: z.string(),
    customer: z.object({ name: z.string(), tags: z.array(z.string()) }),
  }),
  z.object({ type: z.literal("deleted"), id: z.string(), reason: z.string() }),
]);
type Event = z.infer<typeof Event>;
const Transformed = z.object({ at: z.string().transform((text) => new Date(text)) });

const harness = await createHarness({
  channels: {
    events: aws.topic("events", { schema: Event }),
    transformed: aws.topic("transformed", { schema: Transformed }),
    untyped: aws.topic("untyped"),
    work: aws.queue("work", { schema: Event }),
    dead: aws.deadLetters("dead", { schema: Event }),
    ordered: aws.topic("ordered.fifo", { schema: Event }),
    orderedWork: aws.queue("work.fifo", { schema: Event }),
    filtered: aws.topic("filtered", { filterPolicy: { kind: ["new"] }, filterPolicyScope: "MessageBody" }),
    caught: inProcess(new EventTarget()).event<{ id: string }>("caught"),
  },
});
const { events, transformed, untyped, work, dead, ordered, orderedWork, filtered, caught } =
  harness.scope("types").channels;

// payloads are typed by the schema: what is sent by its input, what comes by its output
await transformed.send({ at: "2026-01-01" });
// @ts-expect-error -- a date is what comes, not what is sent
await transformed.send({ at: new Date() });
expectType<Date>()((await transformed.next()).payload.at);
expectType<Event>()((await events.next()).payload);

// a match narrows the union, at any depth, and knows its fields
expectType<string>()((await events.next({ type: "deleted" })).payload.reason);
await events.next({ type: "created", customer: { name: "John" } });
await events.next({ customer: { tags: ["a"] } });
// @ts-expect-error -- no member has this field
await events.next({ identifier: "a" });
// @ts-expect-error -- a typing error below the top
await events.next({ customer: { nmae: "John" } });
// @ts-expect-error -- another type
await events.next({ id: 7 });
// @ts-expect-error -- not a member of the union
await events.next({ type: "renamed" });
await events.none({ type: "deleted" });
// @ts-expect-error -- the same holds for none
await events.none({ identifier: "a" });
expectType<string>()((await events.exactly(1, { type: "deleted" })).map(({ payload }) => payload.reason)[0] as string);
await untyped.next({ anything: { goes: true } });

// predicates, and type guards
await events.next((event) => event.payload.id === "a", { within: "3s", signal: new AbortController().signal });
const isDeleted = (event: ReceivedEvent<Event>): event is ReceivedEvent<Extract<Event, { type: "deleted" }>> =>
  event.payload.type === "deleted";
expectType<string>()((await events.next(isDeleted)).payload.reason);
// @ts-expect-error -- an async predicate would accept everything
await events.next(async (event) => event.payload.id === "a");

// a queue that a system reads is not listened to, dead letters are not sent to
await work.send({ type: "deleted", id: "a", reason: "r" });
// @ts-expect-error -- no next
await work.next();
// @ts-expect-error -- no send
await dead.send({ type: "deleted", id: "a", reason: "r" });
expectType<string>()((await caught.next()).payload.id);

// what a technology alone knows is typed where it is sent: a FIFO topic or queue needs its group
const deleted = { type: "deleted", id: "a", reason: "r" } as const;
await ordered.send(deleted, { key: "a", deduplicationId: "1", attributes: { kind: "new" } });
await orderedWork.send(deleted, { key: "a" });
await orderedWork.sendRaw("{", { key: "a" });
const prefix = String(process.env["PREFIX"]);
const computed = await createHarness({ channels: { ordered: aws.topic(`${prefix}ordered.fifo`) } });
await computed.scope("types").channels.ordered.send(deleted, { key: "a", deduplicationId: "1" });
// @ts-expect-error -- no options, so no group
await ordered.send(deleted);
// @ts-expect-error -- no group
await orderedWork.send(deleted, { deduplicationId: "1" });
// @ts-expect-error -- raw or not
await orderedWork.sendRaw("{");
// @ts-expect-error -- AWS takes no delay for one message of a FIFO queue
await orderedWork.send(deleted, { key: "a", delay: "5s" });
await work.send(deleted, { delay: "5s", key: "tenant" });
// @ts-expect-error -- no such duration
await work.send(deleted, { delay: "5 seconds" });
// @ts-expect-error -- only FIFO deduplicates
await work.send(deleted, { deduplicationId: "1" });
// @ts-expect-error -- a topic delays nothing
await events.send(deleted, { delay: "5s" });
await filtered.send({ anything: 1 });
expectType<boolean | undefined>()((await ordered.send(deleted, { key: "a" })).duplicate);

// dead letters, and nothing else, go back
await dead.redrive();
await dead.redrive({ type: "deleted" }, { signal: new AbortController().signal });
await dead.redrive((event) => event.payload.id === "a");
// @ts-expect-error -- no member has this field
await dead.redrive({ identifier: "a" });
// @ts-expect-error -- not from a topic
await events.redrive();
// @ts-expect-error -- nor from a bus
await caught.redrive();

// @ts-expect-error -- no such duration
await events.next({ id: "a" }, { within: "3 seconds" });

// options come after what the events have to have: `undefined` may be a field that was renamed
await events.none(() => true, { within: "3s" });
// @ts-expect-error -- no match
await events.none(undefined, { within: "3s" });
// @ts-expect-error -- nor here
await events.exactly(2, undefined, { within: "3s" });
// @ts-expect-error -- nor for what came so far
events.seen(undefined);
// @ts-expect-error -- nor for what goes back
await dead.redrive(undefined, {});

// a boolean probe without until does not compile
// @ts-expect-error -- says neither what was expected nor what was there
await probeUntil(() => true);
// @ts-expect-error -- nor does an asynchronous one
await probeUntil(async () => Promise.resolve(false));
expectType<number>()(await probeUntil(() => 7));
expectType<number>()(await probeUntil(async () => Promise.resolve(7), { until: (value) => value > 6 }));
expectType<"b">()(await probeUntil((): "a" | "b" => "b", { until: (value): value is "b" => value === "b" }));

// the environment types the fixtures
const test = wakefulTest({
  start: () => ({ answer: 42, channels: { events: aws.topic("events", { schema: Event }) } }),
});
test("types", async ({ env, channels, scope, probeUntil: bound }) => {
  expectType<number>()(env.answer);
  expectType<string>()((await channels.events.next({ type: "deleted" })).payload.reason);
  expectType<string>()(scope.traceId);
  expectType<number>()(await bound(() => 7));
});
