/** Real processes, ended in every way there is. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer as createWebServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
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

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A folder that is removed after the test. */
function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), "wakeful-launch-"));
  folders.push(folder);
  return folder;
}

async function serve(listener: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createWebServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

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

  test("a start that fails shows the line that called it, and none of ours", async () => {
    const error = (await startProcess({ command: ["node", "-e", "process.exit(3)"], ready: { http: "/" } }).catch(
      (cause: unknown) => cause,
    )) as Error;
    const frames = error.stack?.split("\n").filter((line) => line.startsWith("    at ")) ?? [];
    expect(frames[0]).toContain("launch.test.ts");
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

  test.for<[string, Partial<StartProcessOptions>, string]>([
    ["is nowhere", { command: ["no-such-program"] }, 'no "no-such-program"'],
    ["may not be executed", { command: ["/etc/passwd"] }, "may not be executed"],
    ["has no folder to run in", { cwd: "/no/such/folder" }, "there is no folder /no/such/folder"],
    ["has parameters too long", { command: ["node", "-e", "1", "x".repeat(3_000_000)] }, "E2BIG"],
  ])("a command that %s is named", async ([, options, problem]) => {
    await expect(start(web, options)).rejects.toMatchObject({
      code: "COMMAND_NOT_FOUND",
      message: expect.stringContaining(problem) as unknown,
    });
  });

  test.for<[string, Partial<StartProcessOptions>]>([
    ["command", { command: [""] }],
    ["ready", { ready: {} as never }],
    ["ready.http", { ready: { http: "/health" }, port: false }],
    ["logLimit", { logLimit: 0 }],
    ["inspect", { command: ["sh", "-c", "true"], inspect: true }],
  ])("%s that makes no sense is refused before anything runs", async ([option, options]) => {
    await expect(start(web, options)).rejects.toMatchObject({ code: "INVALID_OPTION", facts: { option } });
  });

  test("a system without a port has no url", async () => {
    const system = await start("setInterval(() => {}, 1000)", { port: false, ready: () => true });
    expect(system.port).toBeUndefined();
    expect(() => system.url).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });

  test("a port that somebody else takes first is replaced by another", async () => {
    const taken = join(temporary(), "taken");
    const script = `
      const { existsSync, writeFileSync } = require("node:fs");
      if (!existsSync(${JSON.stringify(taken)})) {
        writeFileSync(${JSON.stringify(taken)}, process.env.PORT);
        require("node:net").createServer().listen(process.env.PORT, "127.0.0.1", () => { ${web} });
      } else { ${web} }`;
    const system = await start(script);
    expect(system.ready).toBe(true);
    expect(String(system.port)).not.toBe(readFileSync(taken, "utf8"));
  });

  test("a system that only speaks of a taken port, and lives, is not started again", async () => {
    const script = 'console.log("EADDRINUSE, trying the next"); setInterval(() => {}, 1000)';
    const failure = await start(script, { startWithin: "300ms" }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "SYSTEM_NOT_READY", facts: { log: ["EADDRINUSE, trying the next"] } });
  });

  test("the look of a readiness function gets the system, and a signal that ends with the start", async () => {
    let [url, ended] = ["", false];
    const script = "setTimeout(() => process.exit(4), 100)";
    const ready: StartProcessOptions["ready"] = (system, signal) => {
      ({ url } = system);
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          ended = true;
          reject(new Error("aborted"));
        });
      });
    };
    await expect(start(script, { ready })).rejects.toMatchObject({ code: "SYSTEM_EXITED_AT_START" });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(ended).toBe(true);
  });

  test("the address of the inspector is known, on a port of its own", async () => {
    const system = await start(web, { inspect: true });
    expect(system.inspectorUrl).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\//);
    expect((await start(web)).inspectorUrl).toBeUndefined();
  });

  test("coverage is written where asked, and not into the runner's own", async () => {
    const folder = temporary();
    process.env["NODE_V8_COVERAGE"] = join(folder, "runner");
    const [without, measured] = await Promise.all([start(web), start(web, { coverage: join(folder, "system") })]);
    delete process.env["NODE_V8_COVERAGE"];
    await Promise.all([without.stop(), measured.stop()]);
    expect(readdirSync(folder)).toEqual(["system"]);
    expect(readdirSync(join(folder, "system"))).toHaveLength(1);
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

  test("a system that dies in afterStart did not start; no hook waits for ever", async () => {
    const starting = start(web, {
      afterStart: ({ pid }) => {
        process.kill(pid ?? 0, "SIGKILL");
        return new Promise(() => undefined);
      },
    });
    await expect(starting).rejects.toMatchObject({ code: "SYSTEM_EXITED_AT_START", facts: { exit: "SIGKILL" } });
  });

  test("what afterStart throws fails the start, and the process is gone", async () => {
    let pid: number | undefined;
    const starting = start(web, {
      afterStart: (system) => {
        ({ pid } = system);
        throw new Error("no tables");
      },
    });
    await expect(starting).rejects.toThrow("no tables");
    expect(alive(pid)).toBe(false);
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

  test("a system that falls mute is not ready after a look of 2 s, and nobody looks once nobody listens", async () => {
    const clock = new ManualClock();
    let mute = false;
    const looks: string[] = [];
    await using server = await serve(({ url = "" }, response) => {
      looks.push(url);
      if (!mute) response.end("ok");
    });
    const attached = await attachSystem({ name: "compose", url: server.url, ready: { http: "/" }, clock });
    const changes: string[] = [];
    mute = true;
    const listener = attached.onReadyChange((ready, reason) => changes.push(`${ready}: ${reason}`));
    while (looks.length < 2) await clock.advance(0);
    await clock.advance(1_999);
    expect(changes).toEqual([]);
    await clock.advance(1);
    expect(changes).toEqual(["false: no answer within 2 s"]);
    expect(attached.ready).toBe(false);
    listener[Symbol.dispose]();
    await clock.advance(60_000);
    expect(looks).toHaveLength(2);
    expect(clock.armed).toBe(0);
  });

  test.for<[string, object]>([
    ["url", { url: "localhost" }],
    ["ready", { ready: {} }],
  ])("%s that makes no sense is refused", async ([option, options]) => {
    const attaching = attachSystem({ name: "staging", url: "http://127.0.0.1:9", ready: { http: "/" }, ...options });
    await expect(attaching).rejects.toMatchObject({ code: "INVALID_OPTION", facts: { option } });
  });

  test("a system that is not there is not ready", async () => {
    await expect(
      attachSystem({ name: "staging", url: "http://127.0.0.1:9", ready: { http: "/" }, startWithin: "100ms" }),
    ).rejects.toMatchObject({ code: "SYSTEM_NOT_READY" });
  });
});
