import type { MessageAttributeValue } from "@aws-sdk/client-sns";
import { expect } from "vitest";
import type { ConformanceCase, ConformanceGroup, Source } from "../conformance-case.ts";
import { refused } from "../endpoint.ts";

type Attributes = Readonly<Record<string, MessageAttributeValue>>;

const text = (StringValue: string): MessageAttributeValue => ({ DataType: "String", StringValue });
const number = (StringValue: string): MessageAttributeValue => ({ DataType: "Number", StringValue });
const list = (...values: readonly unknown[]): MessageAttributeValue => ({
  DataType: "String.Array",
  StringValue: JSON.stringify(values),
});

/** A policy, and messages by their attributes: those that pass and those that do not. */
function byAttributes(
  title: string,
  source: Source | "inferred",
  policy: object,
  passing: readonly Attributes[],
  stopped: readonly Attributes[],
): ConformanceCase {
  return {
    title: `filter: ${title}`,
    source,
    async run(aws) {
      const { topic, queue } = await aws.rawPair({ FilterPolicy: JSON.stringify(policy) });
      const all = [...passing, ...stopped];
      for (const [index, MessageAttributes] of all.entries())
        await aws.sns.publish({ TopicArn: topic, Message: String(index), MessageAttributes });
      const expected = passing.map((_, index) => String(index));
      expect((await aws.bodies(queue)).toSorted()).toEqual(expected);
    },
  };
}

/** The same for bodies, which are JSON or text. */
function byBody(
  title: string,
  source: Source | "inferred",
  policy: object,
  passing: readonly unknown[],
  stopped: readonly unknown[],
): ConformanceCase {
  return {
    title: `filter on bodies: ${title}`,
    source,
    async run(aws) {
      const { topic, queue } = await aws.rawPair({
        FilterPolicy: JSON.stringify(policy),
        FilterPolicyScope: "MessageBody",
      });
      const textOf = (body: unknown) => (typeof body === "string" ? body : JSON.stringify(body));
      for (const body of [...passing, ...stopped]) await aws.sns.publish({ TopicArn: topic, Message: textOf(body) });
      expect((await aws.bodies(queue)).toSorted()).toEqual(passing.map(textOf).toSorted());
    },
  };
}

function unacceptable(
  title: string,
  source: Source | "inferred",
  policy: object | string,
  message: RegExp,
  scope?: string,
) {
  return {
    title: `filter policy refused: ${title}`,
    source,
    async run(aws) {
      const { arn: SubscriptionArn } = await aws.rawPair(scope === undefined ? {} : { FilterPolicyScope: scope });
      const AttributeValue = typeof policy === "string" ? policy : JSON.stringify(policy);
      await refused(
        aws.sns.setSubscriptionAttributes({ SubscriptionArn, AttributeName: "FilterPolicy", AttributeValue }),
        "InvalidParameterException",
        message,
      );
    },
  } satisfies ConformanceCase;
}

const strings = (quote: string): Source => ({ quote, page: "string-value-matching" });
const numbers = (quote: string): Source => ({ quote, page: "numeric-value-matching" });
const keys = (quote: string): Source => ({ quote, page: "attribute-key-matching" });
const logic = (quote: string): Source => ({ quote, page: "and-or-logic" });
const limits = (quote: string): Source => ({ quote, page: "subscription-filter-policy-constraints" });

export const snsFilters: ConformanceGroup = {
  subject: "SNS: filter policies",
  cases: [
    byAttributes(
      "a string is matched exactly, with its case",
      limits("the comparison is case-sensitive"),
      { kind: ["rugby", "tennis"] },
      [{ kind: text("rugby") }, { kind: text("tennis") }],
      [{ kind: text("baseball") }, { kind: text("Rugby") }, {}],
    ),
    byAttributes(
      "each element of a String.Array is matched",
      strings("each element in the array is treated as a separate string"),
      { kind: ["rugby"] },
      [{ kind: list("rugby", "tennis") }],
      [{ kind: list("baseball") }],
    ),
    byAttributes(
      "all keys must be met",
      logic("apply AND logic using multiple property names"),
      { kind: ["rugby"], price: [{ numeric: [">", 100] }] },
      [{ kind: text("rugby"), price: number("101") }],
      [{ kind: text("rugby"), price: number("100") }, { price: number("101") }, { kind: text("rugby") }],
    ),
    byAttributes(
      "one of a key's values is enough",
      logic("apply OR logic by assigning multiple values"),
      { kind: ["rugby", { prefix: "base" }, { exists: false }] },
      [{ kind: text("rugby") }, { kind: text("baseball") }, { other: text("x") }],
      [{ kind: text("tennis") }],
    ),
    byAttributes(
      "a prefix",
      strings("that begins with the specified characters"),
      { kind: [{ prefix: "bas" }] },
      [{ kind: text("baseball") }, { kind: text("basketball") }],
      [{ kind: text("rugby") }, { kind: text("abas") }],
    ),
    byAttributes(
      "a suffix",
      "inferred",
      { kind: [{ suffix: "ball" }] },
      [{ kind: text("baseball") }, { kind: text("ball") }],
      [{ kind: text("rugby") }, { kind: text("balls") }],
    ),
    byAttributes(
      "a string without regard to case",
      "inferred",
      { kind: [{ "equals-ignore-case": "tennis" }] },
      [{ kind: text("TENNIS") }, { kind: text("tennis") }],
      [{ kind: text("rugby") }],
    ),
    byAttributes(
      "anything but some strings",
      strings("don't include any of the policy property values"),
      { kind: [{ "anything-but": ["rugby", "tennis"] }] },
      [{ kind: text("baseball") }],
      [{ kind: text("rugby") }, { kind: text("tennis") }, { other: text("x") }],
    ),
    byAttributes(
      "anything but one string",
      "inferred",
      { kind: [{ "anything-but": "rugby" }] },
      [{ kind: text("baseball") }],
      [{ kind: text("rugby") }],
    ),
    byAttributes(
      "anything but some strings, of an array",
      strings("it matches if none of the array elements are listed"),
      { kind: [{ "anything-but": ["rugby"] }] },
      [{ kind: list("tennis", "baseball") }],
      [{ kind: list("rugby") }, { kind: list("rugby", "tennis") }],
    ),
    byAttributes(
      "anything but a prefix",
      strings("you can also use a prefix with the anything-but operator"),
      { event: [{ "anything-but": { prefix: "order-" } }] },
      [{ event: text("data-entry") }, { event: text("order_number") }],
      [{ event: text("order-cancelled") }],
    ),
    byAttributes(
      "anything but a suffix",
      "inferred",
      { event: [{ "anything-but": { suffix: "-done" } }] },
      [{ event: text("order-open") }],
      [{ event: text("order-done") }],
    ),
    byAttributes(
      "anything but a wildcard",
      "inferred",
      { event: [{ "anything-but": { wildcard: "order-*-done" } }] },
      [{ event: text("order-7-open") }, { event: text("order-done") }],
      [{ event: text("order-7-done") }],
    ),
    byAttributes(
      "a wildcard",
      "inferred",
      { event: [{ wildcard: "order-*-done" }] },
      [{ event: text("order-7-done") }, { event: text("order--done") }],
      [{ event: text("order-done") }, { event: text("order-7-done.") }],
    ),
    byAttributes(
      "anything but some numbers",
      numbers("don't include any of the policy property values"),
      { price: [{ "anything-but": [100, 500] }] },
      [{ price: number("101") }, { price: number("100.1") }],
      [{ price: number("100") }, { price: number("5e2") }],
    ),
    byAttributes(
      "an equal number, however it is written",
      numbers("that have the same name and an equal numeric value"),
      { price: [{ numeric: ["=", 301.5] }] },
      [{ price: number("301.5") }, { price: number("3.015e2") }],
      [{ price: number("301.4") }, { price: text("301.5") }],
    ),
    byAttributes(
      "a number as a plain value",
      "inferred",
      { price: [100] },
      [{ price: number("100") }, { price: number("100.0") }, { price: list(1, 100) }],
      [{ price: number("101") }, { price: text("100") }],
    ),
    byAttributes(
      "a number below, and one above",
      numbers("can include the following operators: <, <=, >, and >="),
      { low: [{ numeric: ["<", 0] }], high: [{ numeric: [">", 10] }] },
      [{ low: number("-0.5"), high: number("10.5") }],
      [
        { low: number("0"), high: number("11") },
        { low: number("-1"), high: number("10") },
      ],
    ),
    byAttributes(
      "a range of numbers, with and without its bounds",
      numbers("positive numbers up to and including 150"),
      { price: [{ numeric: [">", 0, "<=", 150] }] },
      [{ price: number("0.1") }, { price: number("150") }],
      [{ price: number("0") }, { price: number("150.1") }],
    ),
    byAttributes(
      "a key that is there",
      keys("match incoming messages that include the specified property"),
      { store: [{ exists: true }] },
      [{ store: text("fans") }, { store: { DataType: "Binary", BinaryValue: new Uint8Array([1]) } }],
      [{ other: text("x") }, {}],
    ),
    byAttributes(
      "a key that is not there",
      keys("don't include the specified property"),
      { store: [{ exists: false }] },
      [{ other: text("x") }],
      [{ store: text("fans") }],
    ),
    byAttributes(
      "an IP address of a subnet",
      strings("from a specific IP address or subnet"),
      { source_ip: [{ cidr: "10.0.0.0/24" }] },
      [{ source_ip: text("10.0.0.0") }, { source_ip: text("10.0.0.255") }],
      [{ source_ip: text("10.1.1.0") }, { source_ip: text("x") }],
    ),
    byAttributes(
      "one of several keys, by $or",
      logic("to express the OR relationship between multiple attributes"),
      { source: ["cloudwatch"], $or: [{ metric: ["cpu"] }, { namespace: ["ec2", "es"] }] },
      [
        { source: text("cloudwatch"), metric: text("cpu") },
        { source: text("cloudwatch"), namespace: text("es") },
      ],
      [{ source: text("cloudwatch") }, { metric: text("cpu") }, { source: text("cloudwatch"), metric: text("disk") }],
    ),
    byAttributes(
      "$or with one alternative is a key like any other",
      logic("There are at least 2 objects in the"),
      { $or: [{ prefix: "a" }] },
      [],
      [{ metric: text("a") }, {}],
    ),
    byBody(
      "keys at the top and below",
      limits("Amazon SNS accepts a nested filter policy for payload-based filtering"),
      { kind: ["order"], customer: { address: { country: ["ch", { prefix: "a" }] } } },
      [
        { kind: "order", customer: { address: { country: "ch" } } },
        { kind: "order", customer: { address: { country: "at" }, name: "x" } },
      ],
      [
        { kind: "order", customer: { address: { country: "de" } } },
        { kind: "order", customer: {} },
        { customer: { address: { country: "ch" } } },
      ],
    ),
    byBody(
      "numbers, booleans and null as such",
      limits("The keywords true, false, and null"),
      { value: [7, true, null] },
      [{ value: 7 }, { value: true }, { value: null }],
      [{ value: "7" }, { value: false }, {}],
    ),
    byBody(
      "each element of a list",
      "inferred",
      { tags: ["a"], lines: { sku: [{ prefix: "p-" }] } },
      [{ tags: ["b", "a"], lines: [{ sku: "q" }, { sku: "p-1" }] }],
      [
        { tags: ["b"], lines: [{ sku: "p-1" }] },
        { tags: ["a"], lines: [] },
      ],
    ),
    byBody(
      "$or below a key",
      "inferred",
      { order: { $or: [{ total: [{ numeric: [">=", 100] }] }, { express: [true] }] } },
      [{ order: { total: 100 } }, { order: { total: 1, express: true } }],
      [{ order: { total: 99 } }, { order: {} }],
    ),
    byBody(
      "a key that is there or not",
      keys("match incoming messages that include the specified property"),
      { order: { id: [{ exists: true }], cancelled: [{ exists: false }] } },
      [{ order: { id: 1 } }],
      [{ order: { id: 1, cancelled: true } }, { order: {} }],
    ),
    byBody(
      "lists of lists, however deep",
      "inferred",
      { tags: ["a"] },
      [{ tags: [["a"]] }],
      [`{"tags":${"[".repeat(50_000)}${"]".repeat(50_000)}}`],
    ),
    byBody("a body that is no JSON object does not pass", "inferred", { kind: ["x"] }, [{ kind: "x" }], ["x", "[]"]),
    {
      title: "filter: without a policy everything passes, and so it does when the policy is taken away",
      source: {
        quote: "receives every message published to the topic",
        page: "sns-message-filtering",
      },
      async run(aws) {
        const { topic, queue, arn } = await aws.rawPair({ FilterPolicy: '{"kind":["x"]}' });
        await aws.sns.publish({ TopicArn: topic, Message: "1" });
        await aws.sns.setSubscriptionAttributes({
          SubscriptionArn: arn,
          AttributeName: "FilterPolicy",
          AttributeValue: "{}",
        });
        await aws.sns.publish({ TopicArn: topic, Message: "2" });
        expect(await aws.bodies(queue)).toEqual(["2"]);
      },
    },
    unacceptable(
      "more than five keys",
      limits("A filter policy can have a maximum of five keys"),
      { a: ["1"], b: ["1"], c: ["1"], d: ["1"], e: ["1"], f: ["1"] },
      /Filter policy can not have more than 5 keys/,
    ),
    unacceptable(
      "more than 150 combinations",
      limits("must not exceed 150"),
      { a: Array.from({ length: 16 }, String), b: Array.from({ length: 10 }, String) },
      /Filter policy is too complex/,
    ),
    unacceptable(
      "more than 150 combinations, counting the levels of its keys",
      limits("multiplying the number of nested keys with the values in each array"),
      { a: { b: { c: ["1", "2", "3", "4"] } }, d: { e: ["1", "2", "3"] }, f: ["1", "2", "3"] },
      /Filter policy is too complex/,
      "MessageBody",
    ),
    unacceptable(
      "a nested key where attributes are filtered",
      "inferred",
      { a: { b: ["1"] } },
      /Filter policy scope MessageAttributes does not support nested filter policy/,
    ),
    unacceptable("no JSON", "inferred", "{", /FilterPolicy: failed to parse JSON/),
    unacceptable("a value that is in no list", "inferred", { a: "1" }, /"a" must be an object or an array/),
    unacceptable(
      "an operator that is not known",
      "inferred",
      { a: [{ sounds: "x" }] },
      /Unrecognized match type sounds/,
    ),
    unacceptable(
      "a prefix that is no string",
      "inferred",
      { a: [{ prefix: 7 }] },
      /prefix match pattern must be a string/,
    ),
    unacceptable(
      "exists with something else than true or false",
      "inferred",
      { a: [{ exists: "yes" }] },
      /exists match pattern must be either true or false/,
    ),
    unacceptable("two operators in one", "inferred", { a: [{ prefix: "x", suffix: "y" }] }, /Only one key allowed/),
    unacceptable(
      "a range of numbers that ends before it begins",
      "inferred",
      { a: [{ numeric: [">", 5, "<", 5] }] },
      /Bottom must be less than top/,
    ),
    unacceptable(
      "an operator for numbers that is not known",
      "inferred",
      { a: [{ numeric: ["<>", 5] }] },
      /Unrecognized numeric range operator: <>/,
    ),
    unacceptable("a number that is none", "inferred", { a: [{ numeric: ["<", "5"] }] }, /Value of < must be numeric/),
  ],
};
