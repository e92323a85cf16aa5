/** `npm run docs` writes the pages that come from code; the tests hold them to be what the code says. */
import { writeFileSync } from "node:fs";
import { helpAsMarkdown } from "../src/cli/help.ts";

writeFileSync(new URL("../docs/cli.md", import.meta.url), helpAsMarkdown());
