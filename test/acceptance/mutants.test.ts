import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { allMutants } from "../mutants/all-mutants.ts";

const root = join(import.meta.dirname, "../..");

test("every fault of `npm run falsify` can be planted: the text that it replaces stands in its file once", () => {
  const misplaced = allMutants.flatMap(({ name, file, find }) => {
    const places = readFileSync(join(root, file), "utf8").split(find).length - 1;
    return places === 1 ? [] : [`${name}: ${places} times in ${file}`];
  });
  expect(misplaced).toEqual([]);
});
