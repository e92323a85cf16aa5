/** `npm run conformance` writes docs/conformance.md from the cases; the tests hold them to be true. */
import { writeFileSync } from "node:fs";
import { groups } from "../test/conformance/cases/index.ts";
import { conformanceTable } from "../test/conformance/table.ts";

writeFileSync(new URL("../docs/conformance.md", import.meta.url), conformanceTable(groups));
