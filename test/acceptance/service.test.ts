/** Rows of the acceptance list that need a service of their own: a slow one, one with an outbox, one without Wakeful. */
import { mkdirSync, mkdtempSync, cpSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { startAwsSimulator } from "wakeful/aws-simulator";
import { startProcess } from "wakeful/launch";
import { customersApi } from "../../examples/customers/test/customers-api.ts";
import { startCustomers } from "../../examples/customers/test/service.ts";
import { tableOf } from "../../examples/customers/test/table.ts";
import { withVariant } from "../../examples/customers/test/variant.ts";
import { withGreeter } from "./greeter.ts";

const customers = fileURLToPath(new URL("../../examples/customers", import.meta.url));
const sources = readdirSync(join(customers, "src")).map((name) => join(customers, "src", name));
const { dependencies } = JSON.parse(readFileSync(join(customers, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
};

/** A folder that is removed in the end. */
function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), "wakeful-acceptance-"));
  return {
    path,
    [Symbol.dispose]: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

describe.concurrent("a service", { timeout: 30_000 }, () => {
  test("that stores first, processes later and emits elsewhere shows it in the timeline: accept, process, emit (1)", async () => {
    const options = { env: { CUSTOMERS_FAULTS: "outbox" }, finishesBeforeReply: false };
    await withVariant(options, async ({ simulator, scope, api }) => {
      const { customer_id } = await api.createCustomer("John Doe");
      expect(await tableOf(simulator).rows({ customer_id })).toHaveLength(1);
      await scope.channels.customerCreated.next({ customer_id });
      const lines = scope.timeline().split("\n");
      const steps = ['"event stored"', '"stored event picked up"', "heard customerCreated"].map((step) =>
        lines.findIndex((line) => line.includes(step)),
      );
      expect(steps).not.toContain(-1);
      expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    });
  });

  test("that is slower than the SLA of a wait fails it, by the name of the SLA; inside it the wait is green (17)", async () => {
    await withGreeter({ GREETER_DELAY_MS: "100" }, async ({ scope: { channels } }) => {
      await channels.names.send({ name: "Ada" });
      await channels.greetings.next({ text: "Hello, Ada!" });
    });
    await withGreeter({ GREETER_DELAY_MS: "600000" }, async ({ greeter, scope: { channels } }) => {
      await channels.names.send({ name: "Ada" });
      await expect(channels.greetings.next({ text: "Hello, Ada!" }, { within: "100ms" })).rejects.toMatchObject({
        code: "SLA_VIOLATED",
        message: expect.stringContaining("SLA 100 ms (within), counted from the start of the wait") as unknown,
      });
      await greeter.kill();
    });
  });

  test("imports its own files, its dependencies and Node: nothing of Wakeful (5)", () => {
    const imported = sources.flatMap((path) =>
      [...readFileSync(path, "utf8").matchAll(/\b(?:from|import|require)\b[ (]*"([^"]+)"/g)].map(
        ([, name = ""]) => name,
      ),
    );
    expect(imported).toContain("./config.ts");
    const foreign = imported.filter((name) => !/^(node:|\.\/\w+\.ts$)/.test(name) && !(name in dependencies));
    expect(foreign).toEqual([]);
    expect(Object.keys(dependencies).filter((name) => name.includes("wakeful"))).toEqual([]);
  });

  test("starts and works in production where Wakeful is not installed (5)", async () => {
    using folder = temporaryFolder();
    cpSync(join(customers, "src"), join(folder.path, "src"), { recursive: true });
    cpSync(join(customers, "package.json"), join(folder.path, "package.json"));
    for (const name of Object.keys(dependencies)) {
      const link = join(folder.path, "node_modules", name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(dirname(findPackageJSON(name, join(customers, "package.json")) ?? ""), link);
    }
    await using simulator = await startAwsSimulator();
    await using app = await startProcess({
      command: ["node", "src/main.ts"],
      cwd: folder.path,
      env: { ...simulator.env, NODE_ENV: "production" },
      ready: { http: "/health" },
    });
    const api = customersApi(app.url);
    const { customer_id } = await api.createCustomer("John Doe");
    expect((await api.getCustomer(customer_id)).name).toBe("John Doe");
    expect(await app.stop()).toMatchObject({ code: 0 });
  });

  test("leaves coverage of its own sources, by function (96)", async () => {
    using folder = temporaryFolder();
    await using simulator = await startAwsSimulator();
    await using app = await startCustomers(simulator, { coverage: folder.path });
    await customersApi(app.url).createCustomer("John Doe");
    await app.stop();
    const scripts = readdirSync(folder.path).flatMap(
      (name) => (JSON.parse(readFileSync(join(folder.path, name), "utf8")) as V8Coverage).result,
    );
    const covered = scripts.filter(({ url }) => url.startsWith("file://")).map(({ url }) => fileURLToPath(url));
    expect(covered).toEqual(expect.arrayContaining(sources));
    const calls = (file: string, name: string) =>
      scripts
        .find(({ url }) => url.endsWith(`/customers/src/${file}`))
        ?.functions.find(({ functionName }) => functionName === name)?.ranges[0]?.count;
    expect({ announced: calls("publisher.ts", "announce"), relayed: calls("publisher.ts", "relay") }).toEqual({
      announced: 1,
      relayed: 0,
    });
  });
});

interface V8Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly functionName: string;
      readonly ranges: readonly { readonly count: number }[];
    }[];
  }[];
}
