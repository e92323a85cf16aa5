/** Every case on fauxqs, which agrees but where it is known to deviate. */
import { startFauxqs } from "fauxqs";
import { afterAll, expect, test } from "vitest";
import { groups } from "./cases/index.ts";
import { fauxqsDeviations } from "./deviations.ts";
import { Endpoint } from "./endpoint.ts";
import { isTriedOn } from "./table.ts";

const server = await startFauxqs({ port: 0, logger: false });
const endpoint = new Endpoint({ name: "fauxqs", url: `http://127.0.0.1:${server.port}` });
afterAll(async () => {
  endpoint[Symbol.dispose]();
  await server.stop();
});

const tried = groups.flatMap(({ cases }) => cases.filter(isTriedOn));
const isKnown = ({ title }: { readonly title: string }) => title in fauxqsDeviations;

test.each(tried.filter((each) => !isKnown(each)))("agrees: $title", async ({ run }) => {
  await run(endpoint);
});

test.each(tried.filter(isKnown))("deviates, as is known: $title", async ({ run }) => {
  const failure: unknown = await run(endpoint).then(
    () => "it agrees by now",
    (error: unknown) => error,
  );
  expect(failure).toSatisfy(isDeviation);
});

/** Something other was expected, or it answered with an error: not that it is gone, or that the case itself is wrong. */
function isDeviation(failure: unknown): boolean {
  if (!(failure instanceof Error)) return false;
  return failure.name === "AssertionError" || ("$metadata" in failure && "$response" in failure);
}
