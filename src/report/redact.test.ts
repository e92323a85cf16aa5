import { describe, expect, test } from "vitest";
import { isSecret } from "../text/index.ts";
import { type Evidence, renderJson, renderText, toPlain } from "./index.ts";

const event = {
  sequence: 1,
  offset: 0,
  channel: "orders",
  id: "m",
  payload: {},
  belongs: "mine",
  claimed: false,
  deliveries: 1,
} as const;
const evidence: Evidence = {
  code: "WRONG_CONTENT",
  headline: "Wrong content",
  hint: "Compare.",
  scope: { name: "a test", traceId: "t" },
  awaited: { what: "next on orders" },
  waited: 1,
  late: [],
  unexpected: [],
  matching: [],
  others: [],
  systems: [],
  faults: [],
  timeline: [],
};

describe("a secret", () => {
  test.for(["password", "user.password", "a.token", "passwords[0]", "headers.authorization"])(
    "does not show in a difference of %s",
    (path) => {
      const differences = [{ path, expected: "hunter2", actual: { value: "hunter3" }, missing: false }];
      const red = { ...evidence, closest: { event, differences } };
      expect(renderText(red)).not.toContain("hunter");
      expect(renderJson(red)).not.toContain("hunter");
      expect(JSON.stringify(toPlain(red))).not.toContain("hunter");
      expect(renderText(red)).toContain(
        `${path}\n                expected  [redacted]\n                received  [redacted]`,
      );
    },
  );

  test("shows in a difference whether it is there at all", () => {
    const differences = [{ path: "token", expected: "hunter2", actual: undefined, missing: true }];
    expect(renderText({ ...evidence, closest: { event, differences } })).toContain("received  no such field");
  });

  test.for<[string, unknown]>([
    ["a field", { password: "hunter2" }],
    ["a field of any kind", { credentials: { user: "hunter2" } }],
    ["an entry of a map", new Map([["password", "hunter2"]])],
    [
      "a pair of name and value",
      [
        { name: "Authorization", value: "hunter2" },
        { Name: "password", Value: "hunter2" },
      ],
    ],
    ["an error's message", new Error('refused {"password":"hunter2"}')],
    ["JSON that was not read", '{"a":1,"password": "hunter2"}'],
    ["JSON with quotes in the secret", String.raw`{"password":"a\"hunter2","b":1}`],
    ["JSON that is cut off", '{"password":"hunter2'],
    ["JSON within JSON", JSON.stringify({ Message: JSON.stringify({ password: "hunter2", b: 1 }) })],
    ["JSON within JSON within JSON", JSON.stringify(JSON.stringify(JSON.stringify({ password: "hunter2" })))],
    ["a number in JSON", '{"api_key": 7hunter2}'],
    ["a query", "GET /?access_token=hunter2&page=2"],
    ["a connection string", "host=x;pwd=hunter2;user=y"],
  ])("does not show in %s", ([, value]) => {
    expect(JSON.stringify(toPlain(value))).not.toContain("hunter2");
    const red: Evidence = { ...evidence, unexpected: [{ ...event, payload: value }], cause: value, dump: value };
    expect(renderText(red)).not.toContain("hunter2");
    expect(renderText(red)).toContain("[redacted]");
  });

  test("does not show in a line of a log or a headline", () => {
    const line = 'login {"password":"hunter2"} token=hunter2';
    const text = renderText({ ...evidence, headline: line, timeline: [{ offset: 0, kind: "log", text: line }] });
    expect(text).not.toContain("hunter2");
    expect(text).toContain('login {"password":"[redacted]"} token=[redacted]');
  });

  test("is known by its field's name", () => {
    for (const name of ["password", "PASSWD", "pwd", "passcode", "client_secret", "idToken", "api-key", "accessKeyId"])
      expect(isSecret(name), name).toBe(true);
    for (const name of ["id", "passed", "key", "compass", "path"]) expect(isSecret(name), name).toBe(false);
  });
});

test("what only looks like a secret is shown", () => {
  const source = "(event) => event.payload.token === expected && event.token => 1";
  expect(toPlain(source)).toBe(source);
  expect(toPlain({ path: "amount", expected: 1, actual: 2 })).toEqual({ path: "amount", expected: 1, actual: 2 });
});
