#!/usr/bin/env node
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { run } from "./run.ts";

const line = (text: string) => (text.endsWith("\n") ? text : `${text}\n`);

// whoever read the output is gone: `npx wakeful up | head`
const unread = new Promise<void>((resolve) => {
  process.stdout.on("error", () => {
    resolve();
  });
});

const given = process.argv.slice(2);
if (given[0] === "--version") {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  process.stdout.write(line((JSON.parse(manifest) as { version: string }).version));
} else {
  process.exitCode = await run(given, {
    print: (text) => {
      process.stdout.write(line(text));
    },
    complain: (text) => {
      process.stderr.write(line(text));
    },
    interrupted: async () => {
      await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM"), once(process, "SIGHUP"), unread]);
    },
  });
}
