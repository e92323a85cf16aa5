/** Real processes, ended in every way there is. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { alive, gone, portIsFree, start, web } from "../../test/support/processes.ts";

describe("ending", () => {
  test("a system that hangs on stop is killed after stopWithin, and that is an error", async () => {
    const system = await start(
      `${web.replace(/process\.on[^\n]*/, "")} process.on("SIGTERM", () => console.log("no"));`,
      { stopWithin: "200ms" },
    );
    const { pid } = system;
    await expect(system.stop()).rejects.toMatchObject({ code: "SYSTEM_HUNG_ON_STOP" });
    expect(alive(pid)).toBe(false);
  });

  test("an end that nobody asked for is unexpected, one by kill is expected", async () => {
    const first = await start(`${web} process.on("SIGUSR2", () => process.exit(7));`);
    process.kill(first.pid ?? 0, "SIGUSR2");
    expect(await first.exited).toMatchObject({ code: 7, expected: false });
    const second = await start(web);
    expect(await second.kill()).toMatchObject({ signal: "SIGKILL", expected: true });
    expect(second.ready).toBe(false);
  });

  test("a restart keeps the address, and makes a new process", async () => {
    const system = await start(web);
    const { url, pid } = system;
    await system.kill();
    await system.restart();
    expect(system.url).toBe(url);
    expect(system.pid).not.toBe(pid);
    expect(system.ready).toBe(true);
    expect((await fetch(url)).ok).toBe(true);
  });

  test("a restart waits for the new process's line in the log, not for the old one's", async () => {
    const system = await start(`setTimeout(() => { ${web} }, 100)`, { ready: { log: "listening on" } });
    await system.restart();
    expect((await fetch(system.url)).ok).toBe(true);
    expect(system.log.count("listening on")).toBe(2);
  });

  test("a stop cancels a restart that is under way, and nothing runs afterwards", async () => {
    const system = await start(web);
    const restarting = system.restart();
    restarting.catch(() => undefined);
    await system.stop();
    await expect(restarting).rejects.toMatchObject({ code: "RESTART_CANCELLED" });
    expect(system.ready).toBe(false);
    expect(await portIsFree(system.port)).toBe(true);
  });

  test("stop asked twice is one stop; after the end it tells the end", async () => {
    const system = await start(web);
    const [first, second] = await Promise.all([system.stop(), system.stop()]);
    expect(second).toBe(first);
    expect(await system.stop()).toEqual(first);
    expect(await system.kill()).toEqual(first);
  });

  test("what beforeStop throws is told, and the system is stopped all the same", async () => {
    const system = await start(web, {
      beforeStop: () => {
        throw new Error("messages are left");
      },
    });
    await expect(system.stop()).rejects.toThrow("messages are left");
    expect(await system.exited).toMatchObject({ code: 0, expected: true });
    expect(alive(system.pid)).toBe(false);
  });

  test("a beforeStop that does not end is named after stopWithin, and the system is stopped", async () => {
    const system = await start(web, { beforeStop: () => new Promise(() => undefined), stopWithin: "200ms" });
    await expect(system.stop()).rejects.toMatchObject({ code: "HOOK_HUNG", facts: { hook: "beforeStop" } });
    expect(alive(system.pid)).toBe(false);
  });

  test("a program behind a shell may finish its work: stop waits for it too", async () => {
    const slow = web.replace("process.exit(0)", 'setTimeout(() => { console.log("flushed"); process.exit(0); }, 100)');
    const system = await start("", { command: ["sh", "-c", `node -e '${slow}'; true`] });
    await system.stop();
    expect(system.log.contains("flushed")).toBe(true);
    expect(await portIsFree(system.port)).toBe(true);
  });

  test("a child in a session of its own, which keeps the output open, does not hold the end up", async () => {
    const system = await start(
      `const child = require("node:child_process").spawn("sleep", ["1000"], { detached: true, stdio: "inherit" }); console.log("child", child.pid); ${web}`,
    );
    const child = Number(/child (\d+)/.exec(system.log.tail(10).join("\n"))?.[1]);
    expect(await system.stop()).toMatchObject({ code: 0 });
    process.kill(child, "SIGKILL");
  });

  test("children of the child end with it", async () => {
    const system = await start(
      `const child = require("node:child_process").spawn("sleep", ["1000"]); console.log("child", child.pid); ${web}`,
    );
    const child = Number(/child (\d+)/.exec(system.log.tail(10).join("\n"))?.[1]);
    expect(alive(child)).toBe(true);
    await system.kill();
    await gone(child);
  });
});

describe("when the runner itself ends", () => {
  const runner = `
    import { startProcess } from ${JSON.stringify(join(import.meta.dirname, "index.ts"))};
    const system = await startProcess({ command: ["node", "-e", ${JSON.stringify(web)}], ready: { http: "/" }, stopWithin: "300ms" });
    console.log(system.pid, system.port);
    process.on("SIGUSR2", () => process.exit(0));
    process.on("SIGUSR1", () => { throw new Error("crash"); });
    setInterval(() => {}, 1000);
  `;

  test("a system that ignores SIGTERM is gone too", async () => {
    const stubborn = `${web} process.removeAllListeners("SIGTERM"); process.on("SIGTERM", () => console.log("no"));`;
    const { runner: child, pid } = await startRunner(
      runner.replace(JSON.stringify(web), () => JSON.stringify(stubborn)),
    );
    child.kill("SIGKILL");
    await gone(pid);
  });

  test("by itself, at the end of its script: a system that nobody stopped does not hold it", async () => {
    const { runner: child, pid } = await startRunner(runner.replace("setInterval(() => {}, 1000);", ""));
    await new Promise((resolve) => child.once("exit", resolve));
    await gone(pid);
  });

  async function startRunner(script = runner): Promise<{ runner: ChildProcess; pid: number; port: number }> {
    const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const line = await new Promise<string>((resolve) => child.stdout.setEncoding("utf8").once("data", resolve));
    const [pid = 0, port = 0] = line.trim().split(" ").map(Number);
    return { runner: child, pid, port };
  }

  test.for<[string, NodeJS.Signals]>([
    ["by exit", "SIGUSR2"],
    ["by SIGINT", "SIGINT"],
    ["by SIGTERM", "SIGTERM"],
    ["by SIGKILL", "SIGKILL"],
  ])("%s: the system is gone and its port free", async ([, signal]) => {
    const { runner: child, pid, port } = await startRunner();
    expect(alive(pid)).toBe(true);
    child.kill(signal);
    await gone(pid);
    // the kernel takes a moment to close what a killed process had open
    await expect.poll(() => portIsFree(port), { timeout: 10_000 }).toBe(true);
  });
});
