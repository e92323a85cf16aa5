/** Real processes, ended in every way there is. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { attachSystem, type StartedProcess, startProcess, type StartProcessOptions } from "./index.ts";

const web = `
  const server = require("node:http").createServer((q, r) => r.end("ok")).listen(process.env.PORT, "127.0.0.1", () => console.log("listening on", process.env.PORT));
  process.on("SIGTERM", () => { console.log("stopping"); process.exit(0); });
`;
const started: StartedProcess[] = [];

async function start(script: string, options: Partial<StartProcessOptions> = {}): Promise<StartedProcess> {
  const system = await startProcess({ name: "web", command: ["node", "-e", script], ready: { http: "/" }, ...options });
  started.push(system);
  return system;
}

afterEach(async () => {
  await Promise.allSettled(started.splice(0).map((system) => system.stop()));
});

/** Whether a process runs; one that has ended and waits to be collected does not. */
function alive(pid: number | undefined): boolean {
  try {
    return !execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).startsWith("Z");
  } catch {
    return false;
  }
}

async function gone(pid: number | undefined): Promise<void> {
  while (alive(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
}

function portIsFree(port: number | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen(port, "127.0.0.1", () =>
      server.close(() => {
        resolve(true);
      }),
    );
  });
}

describe("starting", () => {
  test("resolves when the system answers, with its URL, and stops it without a trace", async () => {
    const system = await start(web);
    expect(await (await fetch(system.url)).text()).toBe("ok");
    expect(system.ready).toBe(true);
    const { pid, port } = system;
    expect(await system.stop()).toMatchObject({ code: 0, expected: true });
    expect(alive(pid)).toBe(false);
    expect(await portIsFree(port)).toBe(true);
    expect(system.ready).toBe(false);
  });

  test("by a log line, and by a function", async () => {
    await start(web, { ready: { log: /listening on \d+/ } });
    let looks = 0;
    await start(web, { ready: () => ++looks >= 3 });
    expect(looks).toBe(3);
  });

  test("a system that ends while it starts fails at once, with its log", async () => {
    await expect(start('console.error("no database"); process.exit(3)', { startWithin: "20s" })).rejects.toMatchObject({
      code: "SYSTEM_EXITED_AT_START",
      message: expect.stringContaining("no database") as unknown,
      facts: { exit: "exit code 3" },
    });
  });

  test("a system that never gets ready fails after startWithin, with the last answer and its log, and is gone", async () => {
    const script =
      'console.log("pid", process.pid); require("node:http").createServer((q, r) => { r.statusCode = 503; r.end("warming up"); }).listen(process.env.PORT)';
    const failure = (await start(script, { startWithin: "400ms" }).catch((error: unknown) => error)) as {
      code: string;
      message: string;
    };
    expect(failure).toMatchObject({
      code: "SYSTEM_NOT_READY",
      message: expect.stringContaining("503 warming up") as unknown,
    });
    expect(alive(Number(/pid (\d+)/.exec(failure.message)?.[1]))).toBe(false);
  });

  test("a system that accepts and never answers is not waited for without end", async () => {
    await expect(
      start('require("node:net").createServer(() => {}).listen(process.env.PORT)', { startWithin: "300ms" }),
    ).rejects.toMatchObject({ code: "SYSTEM_NOT_READY" });
  });

  test("a command that does not exist is named", async () => {
    await expect(startProcess({ command: ["no-such-program"], ready: { http: "/" } })).rejects.toMatchObject({
      code: "COMMAND_NOT_FOUND",
      facts: { command: "no-such-program" },
    });
  });

  test("an abort ends the start and the process", async () => {
    const controller = new AbortController();
    const starting = start("setInterval(() => {}, 1000)", { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(starting).rejects.toThrow("enough");
  });

  test("the child inherits nothing of the runner but PATH, HOME, TMPDIR and LANG", async () => {
    process.env["WAKEFUL_SECRET"] = "1";
    const system = await start(`console.log(Object.keys(process.env).sort().join(",")); ${web}`, { env: { OWN: "1" } });
    delete process.env["WAKEFUL_SECRET"];
    const names = system.log.tail(100)[0]?.split(",") ?? [];
    expect(names).toContain("OWN");
    expect(names.filter((name) => !["PATH", "HOME", "TMPDIR", "LANG", "PORT", "OWN"].includes(name))).toEqual([]);
  });

  test("hooks run in order: after start, before stop", async () => {
    const order: string[] = [];
    const system = await start(web, {
      afterStart: () => order.push("started"),
      beforeStop: ({ ready }) => order.push(`stopping, ready ${ready}`),
    });
    order.push("used");
    await system.stop();
    expect(order).toEqual(["started", "used", "stopping, ready true"]);
  });
});

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
    const first = await start(`${web} setTimeout(() => process.exit(7), 50);`);
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
    while (!(await portIsFree(port))) await new Promise((resolve) => setTimeout(resolve, 5));
  });
});

describe("the log", () => {
  test("contain, not, count, in a period", async () => {
    const system = await start(`${web} process.stdin; let n = 0; setInterval(() => console.log("tick", ++n), 10);`);
    while (system.log.count("tick") < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(system.log.contains(/^tick \d+$/g)).toBe(true);
    expect(system.log.contains("error")).toBe(false);
    expect(system.log.count("tick", { until: new Date(0) })).toBe(0);
    expect(system.log.count("tick", { since: new Date(0) })).toBeGreaterThanOrEqual(3);
  });
});

describe("attaching", () => {
  test("waits for readiness, and follows it", async () => {
    const system = await start(web);
    const attached = await attachSystem({ name: "compose", url: system.url, ready: { http: "/" } });
    expect(attached.ready).toBe(true);
    const changed = new Promise<boolean>((resolve) => {
      attached.onReadyChange?.((ready) => {
        resolve(ready);
      });
    });
    await system.kill();
    expect(await changed).toBe(false);
    await attached[Symbol.asyncDispose]();
  });

  test("a system that is not there is not ready", async () => {
    await expect(
      attachSystem({ name: "staging", url: "http://127.0.0.1:9", ready: { http: "/" }, startWithin: "100ms" }),
    ).rejects.toMatchObject({ code: "SYSTEM_NOT_READY" });
  });
});
