import { resolve } from "node:path";
import { vitestSpec } from "./vitest-spec.ts";

vitestSpec("5", resolve(import.meta.dirname, "../../node_modules/vitest/vitest.mjs"));
