import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { probeUntil } from "../../src/index.ts";
import { linesOf, runVitest, vitestArguments, vitestEnvironment, type VitestRun } from "./run-vitest.ts";

const patience = 60_000;

/**
 * What `wakeful/vitest` promises, on real runs of one version of Vitest.
 *
 * @param vitest the path of its `vitest.mjs`
 */
export function vitestSpec(version: string, vitest: string): void {
  describe(`wakeful/vitest on Vitest ${version}`, () => {
    describe("tests", () => {
      let run: VitestRun;
      beforeAll(async () => {
        run = await runVitest(vitest, "verdicts");
      }, patience);

      const traces = (word: string) =>
        run.log.flatMap((line) => (line.startsWith(`${word} in `) ? (line.split(" ")[2] ?? "") : []));
      const shown = (name: string) => {
        const { errors } = run.test(name);
        expect(errors, name).toHaveLength(1);
        return { code: errors[0]?.code, line: errors[0]?.line };
      };

      it("start once, and close what they opened, last in first out, after the file's own hooks", () => {
        expect(run.exitCode).toBe(1);
        const life = run.log.filter((line) => /^(start|first|second|afterAll)/.test(line));
        expect(life).toEqual([
          expect.stringMatching(/^start wakeful-[\da-f]{10}-1 1$/),
          "first opens",
          "second opens",
          "afterAll of the file",
          "second closes",
          "first closes",
        ]);
      });

      it("have fixtures, which extend() adds to by name and by object, and test.for passes on", () => {
        expect(["green", "extended by an object", "for 1", "for 2"].map((name) => run.test(name).state)).toEqual(
          Array.from({ length: 4 }, () => "passed"),
        );
        expect(run.log).toContain("twice is torn down");
      });

      it("fail in the user's line, with Vitest's diff", () => {
        const [error] = run.test("wrong content").errors;
        expect(error).toMatchObject({
          name: "VerdictError",
          code: "WRONG_CONTENT",
          line: 'await created.next({ id: "4", count: 8 }, { within: 50 });',
        });
        expect(error?.message).toContain('timeline of "wrong content"');
        expect(error?.diff).toMatch(/-\s+"count": 8,\n\+\s+"count": 7,/);
      });

      it("carry report and evidence of their failure", () => {
        const { annotations, meta, errors } = run.test("wrong content");
        expect(annotations).toEqual([
          {
            type: "attached",
            message: "report of WRONG_CONTENT, as text",
            contentType: "text/plain",
            body: errors[0]?.message,
          },
          {
            type: "attached",
            message: "evidence of WRONG_CONTENT, as JSON",
            contentType: "application/json",
            body: expect.any(String) as string,
          },
        ]);
        const evidence = JSON.parse(annotations[1]?.body ?? "") as unknown;
        expect(evidence).toMatchObject({
          code: "WRONG_CONTENT",
          closest: { differences: [{ path: "count", expected: 8, actual: 7 }] },
        });
        expect(meta["wakeful"]).toEqual([{ code: "WRONG_CONTENT", headline: expect.any(String) as string, evidence }]);
        expect(run.test("green")).toMatchObject({ annotations: [], meta: {} });
      });

      it("fail for a wait that they do not await, in its line", () => {
        expect(shown("not awaited")).toEqual({
          code: "NOT_AWAITED",
          line: 'void created.next({ id: "nobody awaits it" });',
        });
      });

      it("know the probeUntil that is imported from wakeful", () => {
        expect(shown("imported, not awaited")).toEqual({
          code: "NOT_AWAITED",
          line: "void probeUntil(() => expect(1).toBe(2));",
        });
      });

      it("that failed, or skipped themselves, are not charged with their leftovers", () => {
        expect(shown("not awaited, and failed")).toEqual({
          code: undefined,
          line: 'throw new Error("its own failure");',
        });
        expect(run.test("skips itself").state).toBe("skipped");
        expect(run.test("fails, as it should").state).toBe("passed");
      });

      it("fail with their own error, though it and its causes cause each other", () => {
        expect(run.test("errors that cause each other").errors.map(({ message }) => message)).toEqual(["one"]);
      });

      it("fail for a dead letter that nobody took, with evidence", () => {
        expect(shown("dead letter").code).toBe("UNEXPECTED_DEAD_LETTER");
        expect(run.test("dead letter").meta["wakeful"]).toMatchObject([{ code: "UNEXPECTED_DEAD_LETTER" }]);
      });

      it("keep a soft failure beside a verdict", () => {
        expect(run.test("soft").errors.map(({ name }) => name)).toEqual(["AssertionError", "VerdictError"]);
        expect(run.test("soft").meta["wakeful"]).toMatchObject([{ code: "SLA_VIOLATED" }]);
      });

      it("have a scope for each retry and each repetition, which sees nothing of those before", () => {
        expect(run.test("retried").state).toBe("passed");
        expect(new Set(traces("retried")).size).toBe(3);
        expect(new Set(traces("repeated")).size).toBe(2);
        expect(run.log.filter((line) => line.startsWith("retried in ") && !line.endsWith(" sees 0"))).toEqual([]);
      });

      it("end a wait before Vitest's time-out, and name that", () => {
        expect(shown("time-out before the SLA")).toEqual({
          code: "NOT_JUDGED",
          line: `await created.next({ id: "not in the test's time" }, { within: "10s" });`,
        });
        expect(run.test("time-out before the SLA").errors[0]?.message).toContain("testTimeout of 600 ms");
      });

      describe("that Vitest's time-out ends", () => {
        const cutOff = (name: string) => {
          const { errors, meta } = run.test(`cut off > ${name}`);
          expect(errors, name).toHaveLength(1);
          expect(errors[0]?.message).toContain("Test timed out in 400ms");
          return { cause: errors[0]?.cause ?? "", meta: meta["wakeful"] };
        };

        it("have their waits ended at once, before any hook", () => {
          expect(cutOff("by a time-out elsewhere").cause).toContain("next on created was cut off after");
          const after = run.log.indexOf("the hook after a time-out");
          expect(run.log.indexOf("pending wait: NOT_JUDGED")).toBe(after - 1);
        });

        it("have them ended at each attempt, with what was waiting as the cause", () => {
          expect(
            run.log.filter((line) => line.endsWith("of an attempt: NOT_JUDGED") || line.endsWith("after an attempt")),
          ).toEqual([
            "the wait of an attempt: NOT_JUDGED",
            "the hook after an attempt",
            "the wait of an attempt: NOT_JUDGED",
            "the hook after an attempt",
          ]);
          const { errors, meta } = run.test("cut off at each attempt > by a time-out");
          expect(errors.map(({ cause }) => cause?.split(" after ")[0])).toEqual(
            Array.from({ length: 2 }, () => "Not judged: next on created was cut off"),
          );
          expect(meta["wakeful"]).toHaveLength(2);
        });

        it("leave an error of the test's own alone, though it speaks of a time-out", () => {
          const { errors } = run.test("timed out first, and failed by an error that says so of something else");
          expect(errors.map(({ cause }) => cause?.split(" was cut off ")[1]?.split(":")[0])).toEqual([
            "while none of its waits was pending",
            undefined,
          ]);
          expect(errors[1]?.cause).toBeUndefined();
        });

        it("say what they were waiting for, with its evidence", () => {
          const { cause, meta } = cutOff("while this process is blocked");
          expect(cause).toMatch(
            /^Not judged: next on created was cut off after \d.*: Test timed out in 400ms\.\n {2}awaited {3}next on created \{"id":"blocked","count":8\}/,
          );
          expect(cause).toContain("closest");
          expect(meta).toMatchObject([
            { code: "NOT_JUDGED", evidence: { closest: { differences: [{ path: "count", expected: 8, actual: 7 }] } } },
          ]);
        });

        it("say so of each of several waits, and nothing of what was over", () => {
          const { cause, meta } = cutOff("two at once");
          expect(cause).toContain("next on created was cut off");
          expect(cause).toContain("probeUntil was cut off");
          // as it stands in the source, not in what Vitest makes of it
          expect(cause).toMatch(/probeUntil at \S*verdicts\.fixture\.ts:112: look/);
          expect(meta).toHaveLength(2);
        });

        it("show how far they came where none of their waits was pending", () => {
          const { cause, meta } = cutOff("nothing that waits");
          expect(cause).toMatch(
            /^Not judged: "cut off > nothing that waits" was cut off while none of its waits was pending: Test timed out in 400ms\./,
          );
          expect(cause).toMatch(/sent created #\d+[^]*next on created: green[^]*hint +What the test awaited is none/);
          expect(meta).toMatchObject([{ code: "NOT_JUDGED", evidence: { circumstance: "nothing was waiting" } }]);
        });
      });

      it("count their own time from the end of the hooks", () => {
        expect(run.test("with a slow hook > the test has its whole time").state).toBe("passed");
      });

      it("end a wait of a hook before the hook's time-out", () => {
        const name = "with a hook that waits too long > hook";
        expect(shown(name)).toEqual({
          code: "NOT_JUDGED",
          line: `await created.next({ id: "not in the hook's time" }, { within: "10s" });`,
        });
        expect(run.test(name).errors[0]?.message).toContain("hookTimeout of 1.5 s");
      });

      it("keep their scope open for afterEach", () => {
        expect(run.test("with a hook that comes after > afterEach").state).toBe("passed");
        expect(run.log).toContain("afterEach sees 1");
      });

      it("know their own scope when they run at the same time", () => {
        for (const name of ["a", "b", "c", "d", "e"]) {
          const full = `at the same time > ${name}`;
          expect(shown(full).code).toBe("SLA_VIOLATED");
          expect(run.test(full).meta["wakeful"]).toMatchObject([
            { evidence: { scope: { name: full }, awaited: { what: `probeUntil ${name}` } } },
          ]);
        }
      });

      it("turn their file red when their proof is contradicted after their end", () => {
        expect(run.test("a proof > rests on what is not true").state).toBe("passed");
        expect(run.test("a proof > is contradicted later").state).toBe("passed");
        expect(run.file("verdicts").errors).toMatchObject([
          {
            code: "PROOF_CONTRADICTED",
            message: expect.stringContaining('"a proof > rests on what is not true"') as string,
          },
        ]);
      });
    });

    describe("starts", () => {
      let run: VitestRun;
      beforeAll(async () => {
        run = await runVitest(vitest, "starts", { config: "vitest.config.ts" });
      }, patience);

      const ofFile = (name: string) => {
        const { errors, tests } = run.file(name);
        return {
          errors: errors.map(({ code, message }) => ({ code, message })),
          tests: tests.map(({ state }) => state),
        };
      };
      const logOf = (word: string) =>
        run.log.filter((line) => line.startsWith(`${word}: `)).map((line) => line.slice(word.length + 2));

      it("that fail are charged to no test, and close what they had opened, also what opens late", () => {
        expect(ofFile("fails")).toEqual({
          errors: [
            { code: "START_FAILED", message: expect.stringMatching(/^start\(\) failed: no broker\n/) as string },
          ],
          tests: ["skipped", "skipped"],
        });
        expect(run.file("fails").errors[0]).toMatchObject({
          cause: "no broker\nat all",
          line: 'await use(Promise.reject<AsyncDisposable>(new Error("no broker\\nat all")));',
        });
        expect(logOf("fails")).toEqual(["first opens", "late opens", "late closes", "first closes"]);
      });

      it("that are too slow say so, with what was opened and the systems' log", () => {
        expect(ofFile("times-out")).toEqual({
          errors: [
            {
              code: "START_TIMED_OUT",
              message: expect.stringMatching(
                /within 300 ms; opened so far: orders\nTheir log:\n  orders: waiting for the broker\n/,
              ) as string,
            },
          ],
          tests: ["skipped"],
        });
        expect(run.file("times-out").errors[0]?.line).toBe("const test = wakefulTest({");
        expect(run.log).toContain("orders closes");
        expect(logOf("times-out")[0]).toBe("signal START_TIMED_OUT");
      });

      it("that return no channels say so, and close what they had opened", () => {
        expect(ofFile("without-channels")).toMatchObject({ errors: [{ code: "NO_CHANNELS" }], tests: ["skipped"] });
        expect(logOf("without-channels")).toEqual(["first opens", "first closes"]);
      });

      it("that use something which cannot be closed say so", () => {
        expect(ofFile("not-closable")).toMatchObject({ errors: [{ code: "INVALID_OPTION" }], tests: ["skipped"] });
        expect(run.file("not-closable").errors[0]?.line).toMatch(/^await use\(/);
      });

      it("run no test without their environment", () => {
        expect(run.log).not.toContain("a test ran without its environment");
      });

      it("may take longer than tests and hooks; beforeAll has their environment", () => {
        expect(run.file("slow").errors).toEqual([]);
        expect(run.test("inside > green").state).toBe("passed");
      });

      it("hand their systems over to the harness", () => {
        const [error] = run.test("inside > shows the system's log").errors;
        expect(error?.code).toBe("SLA_VIOLATED");
        expect(error?.message).toContain("I do nothing");
      });

      it("of two environments are made, and closed, beside each other", () => {
        expect(run.file("two").errors).toEqual([]);
        expect(run.file("two").tests.map(({ state }) => state)).toEqual(["passed", "passed"]);
        expect(logOf("two")).toEqual(["one opens", "other opens", "other closes", "one closes"]);
      });

      it("whose environment does not close turn their file red with each error, and everything is closed", () => {
        expect(ofFile("breaks-at-close")).toMatchObject({
          errors: [{ message: "third does not close" }, { message: "first does not close" }],
          tests: ["passed"],
        });
        expect(logOf("breaks")).toEqual([
          "first opens",
          "second opens",
          "third opens",
          "third closes",
          "second closes",
          "first closes",
        ]);
        expect(run.exitCode).toBe(1);
      });
    });

    describe("pools", () => {
      it.for(["threads", "vmThreads", "vmForks"])("%s: the same", { timeout: patience }, async (pool) => {
        const run = await runVitest(vitest, "verdicts", {
          arguments: [`--pool=${pool}`, "--testNamePattern=(green|not awaited$)"],
        });
        expect(run.test("green").state).toBe("passed");
        for (const name of ["not awaited", "imported, not awaited"]) {
          expect(run.test(name).errors.map(({ code }) => code)).toEqual(["NOT_AWAITED"]);
        }
        expect(run.log.slice(-2)).toEqual(["second closes", "first closes"]);
      });
    });

    describe("files that share a process", () => {
      const runShared = (env: Readonly<Record<string, string>>) =>
        runVitest(vitest, "shared", { config: "vitest.config.ts", env });

      it("share one environment, and it the run's shared start", { timeout: patience }, async () => {
        const run = await runShared({ RED: "1" });
        expect(run.log.filter((line) => !line.startsWith("scope"))).toEqual([
          "shared broker opens",
          "harness is loaded",
          "start finds shared broker",
          "environment opens",
          "environment closes",
          "shared broker closes",
        ]);
        const states = run.report.files.flatMap(({ tests }) => tests.map(({ name, state }) => `${name}: ${state}`));
        expect(states.toSorted()).toEqual([
          "beside > green x: passed",
          "green 1: passed",
          "green: passed",
          "needs no environment: passed",
          "not awaited there: failed",
          "not awaited: failed",
          "outer > inner > green: passed",
          "outer > not awaited: failed",
          "skipped: skipped",
        ]);
        expect(run.log).toContain("scope of outer > inner > green");
      });

      it("turn the run red when it does not close", { timeout: patience }, async () => {
        const run = await runShared({ BREAKS_AT_CLOSE: "worker" });
        expect(run.report.files.flatMap(({ tests }) => tests.map(({ state }) => state))).not.toContain("failed");
        expect(run.output).toContain("the environment does not close");
        expect(run.exitCode).toBe(1);
      });

      it("turn the run red when the shared start does not close", { timeout: patience }, async () => {
        const run = await runShared({ BREAKS_AT_CLOSE: "shared" });
        expect(run.output).toContain("the shared broker does not close");
        expect(run.exitCode).toBe(1);
      });

      it("need the plugin, and say so", { timeout: patience }, async () => {
        const run = await runShared({ WITHOUT_PLUGIN: "1" });
        expect(run.file("first").errors).toMatchObject([
          { code: "INVALID_OPTION", message: expect.stringContaining("wakeful/vitest/config") as string },
        ]);
        for (const { name, state, tests } of run.report.files) {
          expect({ name, state, passed: tests.filter((test) => test.state === "passed") }).toEqual({
            name,
            state: "failed",
            passed: [],
          });
        }
        expect(run.log).toEqual(["harness is loaded"]);
      });
    });

    it("shows, on a green run, what AWS would not deliver: once a subscription", { timeout: patience }, async () => {
      const { exitCode, output } = await runVitest(vitest, "warnings");
      const warnings = output.split("\n").filter((line) => line.includes("WAKEFUL_QUEUE_POLICY"));
      expect(exitCode).toBe(0);
      // not of the harness's own queue, nor of one that its client subscribed
      expect(warnings).toEqual([
        expect.stringMatching(/queue forgotten, which has no policy: AWS would not deliver.*strictPolicies: true/),
      ]);
    });

    describe("the plugin", () => {
      it(
        "runs all tests again, with a new environment, when a source of the system changes",
        { timeout: patience },
        async () => {
          const sources = mkdtempSync(join(tmpdir(), "wakeful-sources-"));
          mkdirSync(join(sources, "deep"));
          const source = join(sources, "deep", "service.ts");
          writeFileSync(source, "// version 1");
          const log = join(sources, "log");
          const child = spawn(process.execPath, vitestArguments(vitest, "watch", "vitest.config.ts", ["--watch"]), {
            env: vitestEnvironment({ WAKEFUL_SOURCES: sources, WAKEFUL_LOG: log }),
            stdio: "ignore",
          });
          const closed = once(child, "close");
          try {
            await probeUntil(() => expect(linesOf(log)).toEqual(["environment opens", "environment closes"]), {
              within: "20s",
            });
            // more than once: nothing tells when the watcher is ready
            await probeUntil(
              ({ number }) => {
                writeFileSync(source, `// version ${number}`);
                expect(linesOf(log).length).toBeGreaterThanOrEqual(4);
              },
              { within: "20s", interval: "1s" },
            );
          } finally {
            child.kill();
            await closed;
            rmSync(sources, { recursive: true });
          }
        },
      );
    });
  });
}
