import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { groups } from "./cases/index.ts";
import { fauxqsDeviations } from "./deviations.ts";
import { conformanceTable, isTriedOn } from "./table.ts";

const titles = groups.flatMap(({ cases }) => cases.map(({ title }) => title));

test("docs/conformance.md is what the cases say: run `npm run conformance` if not", () => {
  expect(readFileSync("docs/conformance.md", "utf8")).toBe(conformanceTable(groups));
});

test("each title stands for one case, and each deviation for a case", () => {
  expect(titles).toEqual([...new Set(titles)]);
  expect(Object.keys(fauxqsDeviations).filter((title) => !titles.includes(title))).toEqual([]);
});

test("no deviation is told of a case that fauxqs is not tried on", () => {
  const untried = groups.flatMap(({ cases }) => cases.filter((each) => !isTriedOn(each)));
  expect(untried.length).toBeGreaterThan(0);
  expect(untried.filter(({ title }) => title in fauxqsDeviations)).toEqual([]);
});

test("each quote is short, and its page named", () => {
  const sources = groups.flatMap(({ cases }) => cases.flatMap(({ source }) => (source === "inferred" ? [] : [source])));
  expect(sources.filter(({ quote, page }) => quote.length > 120 || !/^[A-Za-z0-9_.-]+$/.test(page))).toEqual([]);
});
