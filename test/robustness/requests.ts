import * as fc from "fast-check";

/** A request of SQS's JSON protocol, as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly action: string;
  readonly contentType: string;
  readonly body: string;
}

type Json = fc.JsonValue;

/** What the generator knows of the queues: their URLs, and receipts that were handed out. */
export interface Known {
  readonly urls: readonly string[];
  readonly receipts: readonly string[];
}

const seconds = (highest: number) => fc.integer({ min: 0, max: highest });
const text = fc.string({ minLength: 1, maxLength: 40, unit: "grapheme-ascii" });

/** Requests that SQS would accept. */
export function validRequest({ urls, receipts }: Known): fc.Arbitrary<WireRequest> {
  const QueueUrl = fc.constantFrom(...urls);
  const ReceiptHandle = fc.constantFrom(...(receipts.length > 0 ? receipts : ["none"]));
  const attribute = fc.record({
    DataType: fc.constantFrom("String", "Number.int"),
    StringValue: fc.constantFrom("1", "22"),
  });
  const MessageAttributes = fc.dictionary(fc.constantFrom("a", "b.c", "trace-id"), attribute, { maxKeys: 3 });
  const Id = fc.constantFrom("a", "b", "c", "d");
  const entries = (more: Record<string, fc.Arbitrary<unknown>>) =>
    fc.uniqueArray(fc.record({ Id, ...more }), { minLength: 1, maxLength: 4, selector: (entry) => entry.Id });
  const shapes: Readonly<Record<string, Record<string, fc.Arbitrary<unknown>>>> = {
    SendMessage: { QueueUrl, MessageBody: text, DelaySeconds: seconds(3), MessageAttributes },
    SendMessageBatch: { QueueUrl, Entries: entries({ MessageBody: text, MessageAttributes }) },
    ReceiveMessage: {
      QueueUrl,
      MaxNumberOfMessages: fc.integer({ min: 1, max: 10 }),
      WaitTimeSeconds: fc.constant(0),
      VisibilityTimeout: seconds(60),
      MessageAttributeNames: fc.constant(["All"]),
    },
    DeleteMessage: { QueueUrl, ReceiptHandle },
    DeleteMessageBatch: { QueueUrl, Entries: entries({ ReceiptHandle }) },
    ChangeMessageVisibility: { QueueUrl, ReceiptHandle, VisibilityTimeout: seconds(60) },
    ChangeMessageVisibilityBatch: { QueueUrl, Entries: entries({ ReceiptHandle, VisibilityTimeout: seconds(60) }) },
    GetQueueAttributes: { QueueUrl, AttributeNames: fc.constant(["All"]) },
    SetQueueAttributes: { QueueUrl, Attributes: fc.record({ VisibilityTimeout: seconds(60).map(String) }) },
    ListQueues: { MaxResults: fc.integer({ min: 1, max: 10 }), QueueNamePrefix: text },
    GetQueueUrl: { QueueName: fc.constantFrom("one", "two") },
    TagQueue: { QueueUrl, Tags: fc.dictionary(text, text, { maxKeys: 2 }) },
    ListQueueTags: { QueueUrl },
  };
  return fc.oneof(
    ...Object.entries(shapes).map(([action, shape]) =>
      fc.record(shape).map((input) => ({
        method: "POST",
        path: "/",
        action: `AmazonSQS.${action}`,
        contentType: "application/x-amz-json-1.0",
        body: JSON.stringify(input),
      })),
    ),
  );
}

const strange: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json[]>(
    null,
    true,
    -1,
    0,
    1e308,
    43_201,
    "",
    " ",
    "-1",
    "NaN",
    "\u0000",
    "\uFFFE",
    "𝄞",
    [],
    {},
    [null],
    "x".repeat(300),
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

/** The same with one thing wrong: a value, a field, the text, or the envelope. */
export function mutated(known: Known): fc.Arbitrary<WireRequest> {
  return validRequest(known).chain((request) =>
    fc.oneof(
      { weight: 6, arbitrary: wrongValue(request) },
      { weight: 2, arbitrary: wrongText(request) },
      { weight: 2, arbitrary: wrongEnvelope(request) },
    ),
  );
}

function wrongValue(request: WireRequest): fc.Arbitrary<WireRequest> {
  const input = JSON.parse(request.body) as Record<string, Json>;
  const places = placesIn(input);
  return fc.tuple(fc.constantFrom(...places), strange, fc.boolean()).map(([place, value, removed]) => {
    const copy = structuredClone(input);
    let target: Record<string, Json> = copy;
    for (const step of place.slice(0, -1)) target = target[step] as Record<string, Json>;
    const last = place.at(-1) ?? "";
    if (removed) Reflect.deleteProperty(target, last);
    else target[last] = value;
    return { ...request, body: JSON.stringify(copy) };
  });
}

function wrongText(request: WireRequest): fc.Arbitrary<WireRequest> {
  const at = fc.nat({ max: request.body.length });
  return fc.oneof(
    at.map((end) => ({ ...request, body: request.body.slice(0, end) })),
    fc.tuple(at, fc.string({ maxLength: 8 })).map(([place, inserted]) => ({
      ...request,
      body: request.body.slice(0, place) + inserted + request.body.slice(place),
    })),
  );
}

function wrongEnvelope(request: WireRequest): fc.Arbitrary<WireRequest> {
  return fc.oneof(
    fc.constantFrom("text/html", "", "application/json", "multipart/form-data; boundary=x").map((contentType) => ({
      ...request,
      contentType,
    })),
    fc
      .constantFrom(
        "AmazonSQS.",
        "AmazonSQS.Nothing",
        "AmazonSQS.constructor",
        "AmazonSQS.__proto__",
        "Other.Thing",
        "",
      )
      .map((action) => ({ ...request, action })),
    fc.constantFrom("GET", "PUT", "DELETE", "PATCH").map((method) => ({ ...request, method })),
    fc.webPath().map((path) => ({ ...request, path: path === "" ? "/" : path })),
  );
}

/** All paths to values in an object. */
function placesIn(value: Json, above: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [above];
  const inner = Object.entries(value).flatMap(([key, part]) => placesIn(part as Json, [...above, key]));
  return above.length === 0 ? inner : [above, ...inner];
}
