import { createServer as createWebServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { start, web } from "../../test/support/processes.ts";
import { attachSystem } from "./index.ts";

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
