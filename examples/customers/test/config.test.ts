import { describe, expect, test } from "vitest";
import { readConfig } from "../src/config.ts";

describe("the configuration", () => {
  test.for([
    ["AWS_SQS_MAX_RECEIVE_COUNT", "0", "a whole number from 1 to 1000"],
    ["AWS_SQS_MAX_RECEIVE_COUNT", "-1", "a whole number from 1 to 1000"],
    ["AWS_SQS_MAX_RECEIVE_COUNT", "1.5", "a whole number from 1 to 1000"],
    ["AWS_SQS_VISIBILITY_TIMEOUT", "", "a whole number from 0 to 43200"],
    ["PORT", "http", "a whole number from 0 to 65535"],
    ["CUSTOMERS_FAULTS", "outbox,nope,none", "any of not-idempotent, "],
  ] as const)("refuses %s=%s in one line", ([name, value, expected]) => {
    expect(() => readConfig({ [name]: value })).toThrow(`${name}=${value}: expected ${expected}`);
    expect(() => readConfig({ [name]: value })).not.toThrow("\n");
  });

  test("names every variable that is wrong", () => {
    expect(() => readConfig({ PORT: "http", AWS_SQS_MAX_RECEIVE_COUNT: "0" })).toThrow(
      /^PORT=http: .*; AWS_SQS_MAX_RECEIVE_COUNT=0: /,
    );
  });
});
