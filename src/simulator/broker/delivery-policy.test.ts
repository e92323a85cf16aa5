import { describe, expect, test } from "vitest";
import {
  defaultRetryPolicy,
  effectiveDeliveryPolicy,
  parseSubscriptionDeliveryPolicy,
  parseTopicDeliveryPolicy,
  type RetryPolicy,
  retryDelays,
} from "./delivery-policy.ts";

describe("the delays of retries", () => {
  test("are three times 20 s by default", () => {
    expect(retryDelays(defaultRetryPolicy)).toEqual([20_000, 20_000, 20_000]);
  });

  test("of AWS's example are 50, in four phases", () => {
    const delays = retryDelays({
      minDelayTarget: 1,
      maxDelayTarget: 60,
      numRetries: 50,
      numNoDelayRetries: 3,
      numMinDelayRetries: 2,
      numMaxDelayRetries: 35,
      backoffFunction: "exponential",
    });
    expect(delays).toHaveLength(50);
    expect(delays.slice(0, 5)).toEqual([0, 0, 0, 1_000, 1_000]);
    expect([delays[5], delays[14]]).toEqual([1_000, 60_000]);
    expect(new Set(delays.slice(15))).toEqual(new Set([60_000]));
  });

  test.for<RetryPolicy["backoffFunction"]>(["linear", "arithmetic", "geometric", "exponential"])(
    "back off from the least to the most: %s",
    (backoffFunction) => {
      const policy = { ...defaultRetryPolicy, minDelayTarget: 5, maxDelayTarget: 260, numRetries: 10, backoffFunction };
      const delays = retryDelays(policy);
      expect([delays[0], delays[9]]).toEqual([5_000, 260_000]);
      expect(delays.toSorted((a, b) => a - b)).toEqual(delays);
    },
  );

  test("of one retry are the least", () => {
    expect(retryDelays({ ...defaultRetryPolicy, numRetries: 1, maxDelayTarget: 60 })).toEqual([20_000]);
  });
});

describe("what holds in the end", () => {
  const topic = parseTopicDeliveryPolicy(
    '{"http":{"defaultHealthyRetryPolicy":{"numRetries":1},"defaultThrottlePolicy":{"maxReceivesPerSecond":5}}}',
  );
  const own = parseSubscriptionDeliveryPolicy('{"healthyRetryPolicy":{"numRetries":2}}');

  test("is the subscription's, then the topic's, then the default", () => {
    expect(effectiveDeliveryPolicy(own, topic)).toMatchObject({
      healthyRetryPolicy: { numRetries: 2, minDelayTarget: 20 },
      throttlePolicy: { maxReceivesPerSecond: 5 },
      requestPolicy: { headerContentType: "text/plain; charset=UTF-8" },
    });
    expect(effectiveDeliveryPolicy(undefined, topic).healthyRetryPolicy.numRetries).toBe(1);
    expect(effectiveDeliveryPolicy(undefined, undefined).healthyRetryPolicy).toBe(defaultRetryPolicy);
  });

  test("is the topic's where it does not let subscriptions differ", () => {
    const strict = { ...topic, disableSubscriptionOverrides: true };
    expect(effectiveDeliveryPolicy(own, strict).healthyRetryPolicy.numRetries).toBe(1);
  });
});

test.for([
  "{",
  "7",
  '{"retries":3}',
  '{"healthyRetryPolicy":7}',
  '{"healthyRetryPolicy":{"numTries":3}}',
  '{"healthyRetryPolicy":{"numRetries":1.5}}',
  '{"throttlePolicy":{"maxReceivesPerSecond":0}}',
  '{"requestPolicy":{"headerContentType":"image/png"}}',
  '{"requestPolicy":{"headerContentType":"text/plain\\r\\nx: y"}}',
])("a policy that is not good is refused: %s", (policy) => {
  expect(() => parseSubscriptionDeliveryPolicy(policy)).toThrow(TypeError);
});
