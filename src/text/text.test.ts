import { expect, test } from "vitest";
import { wakefulError } from "../errors.ts";

test("a system's log steers no terminal and shows no secret in an error's message", () => {
  const log = ["\u001b[2Jpassword=hunter2", '{"token":"hunter3"}'];
  const { message } = wakefulError("SYSTEM_NOT_READY", {
    system: "shop",
    waited: 10,
    check: "GET /health did not answer",
    last: "GET /health answered 503 \u001b]0;x\u0007 secret=hunter4",
    log,
  });
  expect(message).not.toContain("\u001b");
  expect(message).not.toContain("hunter");
  expect(message).toContain("password=[redacted]");
});
