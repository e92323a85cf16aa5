import { describe, expect, test } from "vitest";
import { allowsTopic } from "./queue-policy.ts";

const request = {
  topicArn: "arn:aws:sns:eu-west-1:000000000000:orders",
  queueArn: "arn:aws:sqs:eu-west-1:000000000000:billing",
  account: "000000000000",
};
const allow = {
  Effect: "Allow",
  Principal: { Service: "sns.amazonaws.com" },
  Action: "sqs:SendMessage",
  Resource: request.queueArn,
  Condition: { ArnEquals: { "aws:SourceArn": request.topicArn } },
};
const decide = (...Statement: readonly object[]) => allowsTopic(JSON.stringify({ Statement }), request);

describe("a policy lets the topic send", () => {
  test.for<[string, object]>([
    ["as AWS's documentation writes it", {}],
    ["to any principal", { Principal: "*" }],
    ["to any AWS principal", { Principal: { AWS: "*" } }],
    ["to one of several services", { Principal: { Service: ["s3.amazonaws.com", "sns.amazonaws.com"] } }],
    ["any action", { Action: "SQS:*" }],
    ["one of several actions", { Action: ["sqs:ReceiveMessage", "SQS:SendMessage"] }],
    ["all but some actions", { Action: undefined, NotAction: "sqs:DeleteQueue" }],
    ["to any queue", { Resource: "*" }],
    ["to queues of a pattern", { Resource: "arn:aws:sqs:*:*:bill?ng" }],
    ["without a condition", { Condition: undefined }],
    ["from topics of a pattern", { Condition: { ArnLike: { "aws:SourceArn": "arn:aws:sns:*:*:ord*" } } }],
    ["from that topic, as a text", { Condition: { StringEquals: { "AWS:SourceArn": [request.topicArn, "x"] } } }],
    ["from that account", { Condition: { StringEquals: { "aws:SourceAccount": request.account } } }],
    ["unless another account owns the topic", { Condition: { StringNotEquals: { "aws:SourceAccount": "1" } } }],
    ["over TLS", { Condition: { Bool: { "aws:SecureTransport": "true" } } }],
    ["if a key that SNS does not send is right", { Condition: { StringEqualsIfExists: { "aws:userid": "x" } } }],
  ])("%s", ([, change]) => {
    expect(decide({ ...allow, ...change })).toBe(true);
  });

  test("when the statement is not in a list", () => {
    expect(allowsTopic(JSON.stringify({ Statement: allow }), request)).toBe(true);
  });
});

describe("a policy does not let the topic send", () => {
  test.for<[string, object]>([
    ["for another service", { Principal: { Service: "s3.amazonaws.com" } }],
    ["for an account", { Principal: { AWS: "arn:aws:iam::000000000000:root" } }],
    ["for nobody", { Principal: undefined }],
    ["another action", { Action: "sqs:ReceiveMessage" }],
    ["to another queue", { Resource: `${request.queueArn}-2` }],
    ["from another topic", { Condition: { ArnEquals: { "aws:SourceArn": `${request.topicArn}-2` } } }],
    ["from topics of another pattern", { Condition: { ArnLike: { "aws:SourceArn": "arn:aws:sns:*:x*" } } }],
    [
      "when one of two conditions does not hold",
      {
        Condition: {
          ArnEquals: { "aws:SourceArn": request.topicArn },
          StringEquals: { "aws:SourceAccount": "1" },
        },
      },
    ],
    ["by a key that SNS does not send", { Condition: { StringEquals: { "aws:userid": "x" } } }],
    ["by a key that every object has", { Condition: { StringLike: { constructor: "*" } } }],
    ["by an operator that is not understood", { Condition: { Maybe: { "aws:SourceArn": request.topicArn } } }],
    ["by an effect that is none", { Effect: "allow" }],
  ])("%s", ([, change]) => {
    expect(decide({ ...allow, ...change })).toBe(false);
  });

  test("when another statement denies it", () => {
    expect(decide(allow, { ...allow, Effect: "Deny" })).toBe(false);
    expect(decide(allow, { ...allow, Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } })).toBe(
      true,
    );
  });

  test.for([undefined, "", "{", "null", "[]", '{"Statement":[null, 7]}'])("that is %s", (policy) => {
    expect(allowsTopic(policy, request)).toBe(false);
  });
});
