import { expect, test } from "vitest";
import { itemSize } from "./item-size.ts";

test.for<[string, object, number]>([
  ["text by its bytes in UTF-8", { a: { S: "äb" } }, 1 + 3],
  ["names by their bytes, too", { ä: { S: "" } }, 2],
  ["two digits of a number by one byte, and one more", { a: { N: "-12345.60" } }, 1 + 4],
  ["zeros at either end of a number by nothing", { a: { N: "1000" } }, 1 + 2],
  ["the exponent of a number by nothing", { a: { N: "12e100" } }, 1 + 2],
  ["bytes by what they are in base64", { a: { B: "AAECAw==" } }, 1 + 4],
  ["what is true, false or nothing by one byte", { a: { BOOL: true }, b: { NULL: true } }, 2 + 2],
  [
    "sets by what they hold",
    { a: { SS: ["ab", "c"] }, b: { NS: ["1", "22"] }, c: { BS: ["AA==", "AQ=="] } },
    3 + 3 + 4 + 2,
  ],
  ["lists by three bytes, and one for each in them", { a: { L: [{ S: "ab" }, { L: [] }] } }, 1 + 3 + 1 + 2 + 1 + 3],
  ["maps by three bytes, and one for each in them", { a: { M: { bc: { S: "d" } } } }, 1 + 3 + 1 + 2 + 1],
])("%s", ([, item, size]) => {
  expect(itemSize(item)).toBe(size);
});

test("what is no item weighs nothing", () => {
  expect([undefined, null, "x", []].map(itemSize)).toEqual([0, 0, 0, 0]);
});
