/** Real processes, as they start, and what they log. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { alive, portIsFree, start, web } from "../../test/support/processes.ts";
import { startProcess, type StartProcessOptions } from "./index.ts";

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
    expect(frames[0]).toContain("start-process.test.ts");
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

  test("a command that is nowhere is not ready, whatever its check says", async () => {
    const started = start(web, { command: ["no-such-program"], ready: () => true });
    await expect(started).rejects.toMatchObject({ code: "COMMAND_NOT_FOUND" });
  });

  test.for<[string, Partial<StartProcessOptions>]>([
    ["command", { command: [""] }],
    ["ready", { ready: {} as never }],
    ["ready.http", { ready: { http: "/health" }, port: false }],
    ["logLimit", { logLimit: 0 }],
    ["command", { command: "node src/server.ts" as never }],
    ["command", { command: ["node", 1] as never }],
    ["inherit", { inherit: ["DEBUG", 1] as never }],
    ["port", { port: true as never }],
    ["stopSignal", { stopSignal: "SIGTRM" as never }],
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

describe("the log", () => {
  test("contain, not, count, in a period", async () => {
    const system = await start(`${web} process.stdin; let n = 0; setInterval(() => console.log("tick", ++n), 10);`);
    await expect.poll(() => system.log.count("tick"), { timeout: 10_000 }).toBeGreaterThanOrEqual(3);
    expect(system.log.contains(/^tick \d+$/g)).toBe(true);
    expect(system.log.contains("error")).toBe(false);
    expect(system.log.count("tick", { until: new Date(0) })).toBe(0);
    expect(system.log.count("tick", { since: new Date(0) })).toBeGreaterThanOrEqual(3);
  });
});
