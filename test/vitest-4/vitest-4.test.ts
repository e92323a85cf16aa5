import { createRequire } from "node:module";
import { resolve } from "node:path";
import { expect } from "vitest";
import { vitestSpec } from "../runners/vitest-spec.ts";

// this folder is a package of its own, with the older Vitest beside the one that runs this
const manifest = createRequire(import.meta.url).resolve("vitest/package.json");
const { version } = createRequire(import.meta.url)(manifest) as { version: string };
expect(version, "the Vitest installed in test/vitest-4").toMatch(/^4\.1\./);

vitestSpec("4.1", resolve(manifest, "../vitest.mjs"));
