import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { delay, systemClock } from "./index.ts";

const clock = JSON.stringify(new URL("clock.ts", import.meta.url).href);

function run(script: string): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] },
  });
}

describe("the system's clock", () => {
  test("never calls back a whole millisecond early", async () => {
    for (const length of [0, 0.5, 1, 3.7, 12]) {
      const began = systemClock.now();
      await delay(systemClock, length);
      expect(systemClock.now() - began).toBeGreaterThan(length - 1);
    }
  });

  test("neither runs backwards", () => {
    const [now, wall] = [systemClock.now(), systemClock.wall()];
    expect(systemClock.now()).toBeGreaterThanOrEqual(now);
    expect(systemClock.wall()).toBeGreaterThanOrEqual(wall);
  });

  test("its wall time is the time of day", () => {
    expect(Math.abs(systemClock.wall() - Date.now())).toBeLessThan(60_000);
  });

  test("a timer longer than Node's longest neither fires at once nor spins", async () => {
    const { stdout, stderr } = await run(`
      const { systemClock } = await import(${clock});
      systemClock.timer(2 ** 40, () => console.log("fired"), { hold: false });
      systemClock.timer(20, () => {});`);
    expect({ stdout, stderr }).toEqual({ stdout: "", stderr: "" });
  });

  test("after a turn, what was immediate before has happened", async () => {
    let happened = false;
    setImmediate(() => (happened = true));
    await systemClock.turn();
    expect(happened).toBe(true);
  });

  test("a timer holds the process unless told otherwise, and lets go when it is disposed", async () => {
    const { stdout } = await run(`
      const { systemClock } = await import(${clock});
      systemClock.timer(600_000, () => {}, { hold: false });
      systemClock.timer(600_000, () => {})[Symbol.dispose]();
      systemClock.timer(20, () => console.log("held"));`);
    expect(stdout).toBe("held\n");
  });

  test("refuses to be loaded when node:timers itself has been faked: every wait would freeze", async () => {
    await expect(
      run(`
        const { mock } = await import("node:test");
        mock.timers.enable();
        await import(${clock}).catch(({ code, facts }) => console.error(code, facts.faked)).then(() => process.exit(3));`),
    ).rejects.toMatchObject({ code: 3, stderr: "TIMERS_FAKED setTimeout\n" });
  });
});

describe("a delay", () => {
  test("ends after its time, and no longer listens to its signal", async () => {
    const clock = new ManualClock();
    const { signal } = new AbortController();
    let listening = 0;
    const counted = Object.assign(Object.create(signal) as AbortSignal, {
      addEventListener: () => void listening++,
      removeEventListener: () => void listening--,
    });
    Object.defineProperty(counted, "aborted", { value: false });
    const rest = delay(clock, 100, { signal: counted });
    expect(listening).toBe(1);
    await clock.advance(100);
    await rest;
    expect(listening).toBe(0);
  });

  test("with a signal that is aborted already arms no timer", async () => {
    const clock = new ManualClock();
    await expect(delay(clock, 100, { signal: AbortSignal.abort("early") })).rejects.toBe("early");
    expect(clock.armed).toBe(0);
  });
});
