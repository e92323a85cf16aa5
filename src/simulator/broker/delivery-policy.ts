const second = 1_000;
const longestDelay = 3_600;
const mostRetries = 100;
const ownContentTypes = ["application/json", "text/plain"];
const rawContentTypes = [
  ...ownContentTypes,
  "text/css",
  "text/csv",
  "text/html",
  "text/xml",
  "application/atom+xml",
  "application/octet-stream",
  "application/soap+xml",
  "application/x-www-form-urlencoded",
  "application/xhtml+xml",
  "application/xml",
];

/** How often and when a delivery to an HTTP(S) endpoint is tried again. Delays in seconds, as AWS has them. */
export interface RetryPolicy {
  readonly minDelayTarget: number;
  readonly maxDelayTarget: number;
  readonly numRetries: number;
  readonly numNoDelayRetries: number;
  readonly numMinDelayRetries: number;
  readonly numMaxDelayRetries: number;
  readonly backoffFunction: "linear" | "arithmetic" | "geometric" | "exponential";
}

/** A subscription's DeliveryPolicy. */
export interface SubscriptionDeliveryPolicy {
  readonly healthyRetryPolicy: RetryPolicy | undefined;
  readonly throttlePolicy: { readonly maxReceivesPerSecond: number } | undefined;
  readonly requestPolicy: { readonly headerContentType: string } | undefined;
}

/** A topic's DeliveryPolicy, for all its HTTP(S) subscriptions. */
export interface TopicDeliveryPolicy extends SubscriptionDeliveryPolicy {
  readonly disableSubscriptionOverrides: boolean;
}

/** What holds for a subscription in the end. */
export interface EffectiveDeliveryPolicy {
  readonly healthyRetryPolicy: RetryPolicy;
  readonly throttlePolicy: { readonly maxReceivesPerSecond: number } | undefined;
  readonly requestPolicy: { readonly headerContentType: string };
}

/** Three retries, 20 s apart. Source: SNS Developer Guide, "Amazon SNS message delivery retries". */
export const defaultRetryPolicy: RetryPolicy = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  numMaxDelayRetries: 0,
  backoffFunction: "linear",
};
const defaultContentType = "text/plain; charset=UTF-8";

type Json = Readonly<Record<string, unknown>>;

/** Reads a subscription's policy. Throws a TypeError with the reason. */
export function parseSubscriptionDeliveryPolicy(text: string): SubscriptionDeliveryPolicy {
  const policy = parseObject(text);
  onlyKeys(policy, ["healthyRetryPolicy", "sicklyRetryPolicy", "throttlePolicy", "requestPolicy", "guaranteed"]);
  return {
    healthyRetryPolicy: retryPolicy(policy["healthyRetryPolicy"], "healthyRetryPolicy"),
    throttlePolicy: throttlePolicy(policy["throttlePolicy"], "throttlePolicy"),
    requestPolicy: requestPolicy(policy["requestPolicy"], rawContentTypes),
  };
}

/** Reads a topic's policy. Throws a TypeError with the reason. */
export function parseTopicDeliveryPolicy(text: string): TopicDeliveryPolicy {
  const policy = parseObject(text);
  onlyKeys(policy, ["http"]);
  const http = objectOf(policy["http"] ?? {}, "http");
  onlyKeys(http, [
    "defaultHealthyRetryPolicy",
    "defaultSicklyRetryPolicy",
    "defaultThrottlePolicy",
    "defaultRequestPolicy",
    "disableSubscriptionOverrides",
  ]);
  return {
    healthyRetryPolicy: retryPolicy(http["defaultHealthyRetryPolicy"], "http.defaultHealthyRetryPolicy"),
    throttlePolicy: throttlePolicy(http["defaultThrottlePolicy"], "http.defaultThrottlePolicy"),
    requestPolicy: requestPolicy(http["defaultRequestPolicy"], ownContentTypes),
    disableSubscriptionOverrides: http["disableSubscriptionOverrides"] === true,
  };
}

/** A subscription's own policy, part by part, before its topic's, before AWS's defaults. */
export function effectiveDeliveryPolicy(
  own: SubscriptionDeliveryPolicy | undefined,
  topic: TopicDeliveryPolicy | undefined,
): EffectiveDeliveryPolicy {
  const first = topic?.disableSubscriptionOverrides === true ? undefined : own;
  return {
    healthyRetryPolicy: first?.healthyRetryPolicy ?? topic?.healthyRetryPolicy ?? defaultRetryPolicy,
    throttlePolicy: first?.throttlePolicy ?? topic?.throttlePolicy,
    requestPolicy: first?.requestPolicy ?? topic?.requestPolicy ?? { headerContentType: defaultContentType },
  };
}

/** The delays before each retry, in milliseconds. AWS adds jitter; here each test sees the same. */
export function retryDelays(policy: RetryPolicy): readonly number[] {
  const { minDelayTarget: least, maxDelayTarget: most, numNoDelayRetries, numMinDelayRetries } = policy;
  const backoffs = policy.numRetries - numNoDelayRetries - numMinDelayRetries - policy.numMaxDelayRetries;
  return [
    ...Array.from({ length: numNoDelayRetries }, () => 0),
    ...Array.from({ length: numMinDelayRetries }, () => least),
    ...Array.from({ length: backoffs }, (_, index) =>
      backoffs === 1 ? least : backoff(policy.backoffFunction, least, most, index, backoffs - 1),
    ),
    ...Array.from({ length: policy.numMaxDelayRetries }, () => most),
  ].map((seconds) => Math.round(seconds * second));
}

/** From the least delay at 0 to the most at `last`. AWS draws the four curves, and gives no formula. */
function backoff(
  form: RetryPolicy["backoffFunction"],
  least: number,
  most: number,
  index: number,
  last: number,
): number {
  switch (form) {
    case "linear":
      return least + ((most - least) * index) / last;
    case "arithmetic":
      return least + ((most - least) * index * (index + 1)) / (last * (last + 1));
    case "geometric":
      return least * (most / least) ** (index / last);
    case "exponential":
      return least + ((most - least) * (2 ** index - 1)) / (2 ** last - 1);
  }
}

function retryPolicy(value: unknown, name: string): RetryPolicy | undefined {
  if (value === undefined || value === null) return undefined;
  const given = objectOf(value, name);
  onlyKeys(given, Object.keys(defaultRetryPolicy));
  const number = (key: Exclude<keyof RetryPolicy, "backoffFunction">, least: number, most: number) => {
    const each = given[key] ?? defaultRetryPolicy[key];
    if (typeof each !== "number" || !Number.isInteger(each) || each < least || each > most)
      throw new TypeError(`${name}.${key} must be a whole number from ${least} to ${most}`);
    return each;
  };
  const backoffFunction = given["backoffFunction"] ?? defaultRetryPolicy.backoffFunction;
  if (!isBackoffFunction(backoffFunction))
    throw new TypeError(`${name}.backoffFunction must be one of linear|arithmetic|geometric|exponential`);
  const policy: RetryPolicy = {
    minDelayTarget: number("minDelayTarget", 1, longestDelay),
    maxDelayTarget: number("maxDelayTarget", 1, longestDelay),
    numRetries: number("numRetries", 0, mostRetries),
    numNoDelayRetries: number("numNoDelayRetries", 0, mostRetries),
    numMinDelayRetries: number("numMinDelayRetries", 0, mostRetries),
    numMaxDelayRetries: number("numMaxDelayRetries", 0, mostRetries),
    backoffFunction,
  };
  if (policy.minDelayTarget > policy.maxDelayTarget)
    throw new TypeError(`${name}.maxDelayTarget must be greater than or equal to minDelayTarget`);
  if (policy.numNoDelayRetries + policy.numMinDelayRetries + policy.numMaxDelayRetries > policy.numRetries)
    throw new TypeError(`${name}.numRetries must be greater than or equal to the sum of the other retries`);
  return policy;
}

function isBackoffFunction(value: unknown): value is RetryPolicy["backoffFunction"] {
  return value === "linear" || value === "arithmetic" || value === "geometric" || value === "exponential";
}

function throttlePolicy(value: unknown, name: string): SubscriptionDeliveryPolicy["throttlePolicy"] {
  if (value === undefined || value === null) return undefined;
  const given = objectOf(value, name);
  const { maxReceivesPerSecond } = given;
  if (maxReceivesPerSecond === undefined || maxReceivesPerSecond === null) return undefined;
  if (typeof maxReceivesPerSecond !== "number" || !Number.isInteger(maxReceivesPerSecond) || maxReceivesPerSecond < 1)
    throw new TypeError(`${name}.maxReceivesPerSecond must be greater than or equal to 1`);
  return { maxReceivesPerSecond };
}

function requestPolicy(value: unknown, contentTypes: readonly string[]): SubscriptionDeliveryPolicy["requestPolicy"] {
  if (value === undefined || value === null) return undefined;
  const { headerContentType } = objectOf(value, "requestPolicy");
  if (headerContentType === undefined || headerContentType === null) return undefined;
  const type = typeof headerContentType === "string" ? headerContentType.split(";")[0]?.trim() : undefined;
  if (typeof headerContentType !== "string" || /[\r\n]/.test(headerContentType) || !contentTypes.includes(type ?? ""))
    throw new TypeError("requestPolicy.headerContentType is not a supported content type");
  return { headerContentType };
}

function parseObject(text: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TypeError("failed to parse JSON.");
  }
  return objectOf(value, "the policy");
}

function objectOf(value: unknown, name: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError(`${name} must be a JSON object`);
  return value as Json;
}

function onlyKeys(value: Json, keys: readonly string[]): void {
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw new TypeError(`Unrecognized property ${unknown}`);
}
