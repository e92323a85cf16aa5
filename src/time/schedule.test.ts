import { expect, test } from "vitest";
import { toSchedule } from "./index.ts";

const look = { number: 2, elapsed: 100, lastLook: 0 };

test("an interval that is no duration is refused at once", () => {
  expect(() => toSchedule("soon" as never)).toThrow(
    expect.objectContaining({ code: "INVALID_DURATION", facts: { value: "soon", where: "interval" } }),
  );
});

test.each([Number.NaN, -1, "1s", undefined, null])(
  "a function's result %s is refused, with the look it was for",
  (rest) => {
    const schedule = toSchedule((() => rest) as never);
    expect(() => schedule(look)).toThrow(
      expect.objectContaining({
        code: "INVALID_OPTION",
        facts: expect.objectContaining({ option: "interval", value: `its result for look 2 (${rest})` }) as unknown,
      }),
    );
  },
);

test("without end is a rest too: only events bring looks then", () => {
  expect(toSchedule(() => Number.POSITIVE_INFINITY)(look)).toBe(Number.POSITIVE_INFINITY);
});
