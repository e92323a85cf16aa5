/** Every case on fauxqs, which agrees but where it is known to deviate. */
import { startFauxqs } from "fauxqs";
import { afterAll, describe, expect, test } from "vitest";
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

for (const { subject, cases } of groups) {
  describe(subject, () => {
    for (const each of cases.filter(isTriedOn)) {
      const deviation = fauxqsDeviations[each.title];
      if (deviation === undefined) {
        test(`agrees: ${each.title}`, () => each.run(endpoint));
      } else {
        test(`deviates (${deviation}): ${each.title}`, async () => {
          await expect(each.run(endpoint)).rejects.toThrow();
        });
      }
    }
  });
}
