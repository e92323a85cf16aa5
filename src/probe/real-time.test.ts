/** What an injected clock cannot show: real timers, real processes, faked globals. No test here measures time. */
import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { afterEach, describe, expect, test, vi } from "vitest";
import { redOf } from "../../test/support/red.ts";
import { bareContext } from "../harness/bare-context.ts";
import { createProbes } from "./index.ts";

const { probeUntil, probeDuring } = createProbes(() => bareContext);
const room = JSON.stringify(new URL("index.ts", import.meta.url).href);
const bare = JSON.stringify(new URL("../harness/bare-context.ts", import.meta.url).href);

/** Runs a script in a process of its own, with `probeUntil` bound to nothing but time. Rejects when it fails. */
function run(script: string, ...flags: string[]): Promise<{ stdout: string; stderr: string }> {
  const head = `const { createProbes } = await import(${room});
    const { bareContext } = await import(${bare});
    const { probeUntil, probeDuring } = createProbes(() => bareContext);`;
  return promisify(execFile)(process.execPath, [...flags, "--input-type=module", "--eval", head + script], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] },
  });
}

describe("faked globals cannot freeze a wait", () => {
  const fakes = ["setTimeout", "setInterval", "setImmediate", "performance", "Date", "hrtime"] as const;
  afterEach(() => {
    vi.useRealTimers();
  });

  test("that were faked after the import", async () => {
    vi.useFakeTimers({ toFake: [...fakes] });
    expect(await probeUntil(({ number }) => number, { until: (number) => number > 2 })).toBe(3);
    expect(await probeDuring(({ number }) => number, { during: 5, interval: "1h" })).toBe(2);
    expect((await redOf(probeUntil(() => 1, { until: () => false, within: 5 }))).code).toBe("SLA_VIOLATED");
  });

  test("that were faked before the import", async () => {
    vi.useFakeTimers({ toFake: [...fakes] });
    vi.resetModules();
    const fresh = await import("./index.ts");
    const { bareContext } = await import("../harness/bare-context.ts");
    const { probeUntil } = fresh.createProbes(() => bareContext);
    expect(await probeUntil(({ number }) => number, { until: (number) => number > 2 })).toBe(3);
    expect(fresh.createProbes).not.toBe(createProbes);
    await expect(probeUntil(() => 1, { until: () => false, within: 5 })).rejects.toMatchObject({
      code: "SLA_VIOLATED",
    });
  });

  test("that node:test faked", async () => {
    const { stdout } = await run(`
      const { mock } = await import("node:test");
      mock.timers.enable();
      console.log(await probeUntil(({ number }) => number, { until: (number) => number > 2 }));
      await probeUntil(() => 1, { until: () => false, within: 5 }).catch(({ code }) => console.log(code));`);
    expect(stdout).toBe("3\nSLA_VIOLATED\n");
  });
});

describe("the process", () => {
  test("ends by itself after an abort: no timer of the ten minutes is left", async () => {
    const { stdout } = await run(`
      const controller = new AbortController();
      const resting = probeUntil(() => 1, { until: () => false, within: "10m", interval: "10m", signal: controller.signal });
      const looking = probeDuring(() => new Promise(() => {}), { during: "10m", signal: controller.signal });
      setImmediate(() => controller.abort("enough"));
      console.log(await Promise.allSettled([resting, looking]).then((all) => all.map(({ reason }) => reason).join()));`);
    expect(stdout).toBe("enough,enough\n");
  });

  test("is held by a wait that is pending, though nothing else goes on", async () => {
    const { stdout } = await run(`
      const began = performance.now();
      await probeUntil(() => performance.now() - began, { until: (elapsed) => elapsed > 50, interval: "20ms" });
      console.log("held");`);
    expect(stdout).toBe("held\n");
  });

  test("fails loudly when a wait outside of any scope was not awaited", async () => {
    await expect(run(`void probeUntil(() => 1, { until: () => false, within: 1 });`)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/SLA violated: probeUntil at \S+:3 did not hold within 1 ms/) as string,
    });
  });

  test("is warned of a probe that blocks it", async () => {
    const { stderr } = await run(`
      await probeUntil(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 80), { description: "a slow look" });`);
    expect(stderr).toContain("[WAKEFUL_PROBE_BLOCKS] WakefulWarning: probeUntil a slow look blocked this process for");
  });

  test("is not charged with a deadline while an inspector is attached", async () => {
    const { stdout } = await run(
      `
      const began = performance.now();
      console.log(typeof await probeUntil(() => performance.now() - began, { until: (elapsed) => elapsed > 200, within: 5 }));
      console.log(await probeUntil(() => {
        const end = performance.now() + 120;
        while (performance.now() < end);
        return "stepped through";
      }, { within: 5 }));
      process.exit();`,
      "--inspect=127.0.0.1:0",
    );
    expect(stdout).toBe("number\nstepped through\n");
  });
});

test("a probe that blocks this process until long after its deadline is a violation", async () => {
  const quiet = createProbes(() => ({ ...bareContext, onBlocked: () => undefined }));
  const error = await redOf(
    quiet.probeUntil(
      () => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
        return "there";
      },
      { within: 20 },
    ),
  );
  expect(error.code).toBe("SLA_VIOLATED");
  expect(error.message).toMatch(/held, but ended \d+ ms too late/);
});

test("a system that nobody started is no mistake of the probe: fetch reports it as a TypeError in the same line each time", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const look = () => fetch(`http://127.0.0.1:${port}`);
  // Node loads fetch when it is first called, which may take longer than the wait
  await expect(look()).rejects.toThrow("fetch failed");
  const error = await redOf(probeUntil(look, { within: 200 }));
  expect(error.code).toBe("SLA_VIOLATED");
  expect(error.cause).toMatchObject({ name: "TypeError", cause: { code: "ECONNREFUSED" } });
});
