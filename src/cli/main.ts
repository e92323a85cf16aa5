#!/usr/bin/env node
import { once } from "node:events";
import { run } from "./run.ts";

process.exitCode = await run(process.argv.slice(2), {
  print: (text) => {
    process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
  },
  interrupted: async () => {
    await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM"), once(process, "SIGHUP")]);
  },
});
