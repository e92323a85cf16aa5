/** How long a simulator is waited for that does not answer. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { watch } from "../../test/support/open-harness.ts";
import { command, findRunning } from "./control-client.ts";
import { type RunningProgram, writeState } from "./state-file.ts";

let folder: string;
let silent: Server;
let asked: string[];
let running: RunningProgram;
const clock = new ManualClock();

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "wakeful-control-"));
  vi.stubEnv("XDG_RUNTIME_DIR", folder);
  asked = [];
  silent = createServer(({ url = "" }) => asked.push(url)).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  running = { pid: process.pid, url, control: url, token: "", env: {} };
});
afterEach(() => {
  silent.closeAllConnections();
  silent.close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test("whether it is there it has five seconds to say", async () => {
  writeState(4566, running);
  const found = watch(findRunning(4566, clock));
  await expect.poll(() => asked).toEqual(["/ping"]);
  await clock.advance(4_999);
  expect(found.state).toBe("pending");
  await clock.advance(1);
  await expect.poll(() => found.error?.message).toContain(`No simulator answers on port 4566: process ${process.pid}`);
});

test("a command has a minute", async () => {
  const answer = watch(command(running, "inspect", {}, clock));
  await expect.poll(() => asked).toEqual(["/inspect"]);
  await clock.advance(59_999);
  expect(answer.state).toBe("pending");
  await clock.advance(1);
  await expect
    .poll(() => answer.error?.message)
    .toBe(`Process ${process.pid}, the simulator at ${running.url}, did not answer inspect within 1 min.`);
});

test("one that ends meanwhile is told as that", async () => {
  const answer = watch(command(running, "inspect", {}, clock));
  await expect.poll(() => asked).toEqual(["/inspect"]);
  silent.closeAllConnections();
  await expect.poll(() => answer.error?.message).toContain("did not answer inspect any more: it has ended meanwhile.");
});
