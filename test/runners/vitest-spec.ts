import { beforeAll, describe, expect, it } from "vitest";
import { runVitest, type VitestRun } from "./run-vitest.ts";

const patience = 60_000;

/**
 * What `wakeful/vitest` promises, on real runs of one version of Vitest.
 *
 * @param vitest the path of its `vitest.mjs`
 */
export function vitestSpec(version: string, vitest: string): void {
  describe(`wakeful/vitest on Vitest ${version}`, () => {
    describe("verdicts", () => {
      let run: VitestRun;
      beforeAll(async () => {
        run = await runVitest(vitest, "verdicts");
      }, patience);

      it("dumps", () => {
        console.log(run.output, JSON.stringify(run.report, undefined, 1), run.log);
        expect(run.exitCode).toBe(1);
      });
    });
  });
}
