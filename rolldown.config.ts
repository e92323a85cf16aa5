import { defineConfig } from "rolldown";
import manifest from "./package.json" with { type: "json" };

/** One file for each way into the package, and few shared ones: seventy small files take three times as long to import. */
const ways = [...Object.values(manifest.exports), ...Object.values(manifest.bin)];
const entries = ways.flatMap((entry) => {
  const built = typeof entry === "string" ? entry : entry.default;
  return built.endsWith(".js") ? [built.replace(/^\.\/dist\/(.*)\.js$/, "$1")] : [];
});

/** What is installed beside the package, or given by the user. */
const installed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });

/** What runs in a thread of its own, found beside the shared files. */
const thread = { "shared/dynalite-thread": "src/simulator/aws/dynamodb/dynalite-thread.ts" };

export default defineConfig({
  input: { ...Object.fromEntries(entries.map((entry) => [entry, `src/${entry}.ts`])), ...thread },
  platform: "node",
  // the lowest Node of `engines` knows no `using`
  transform: { target: "node22" },
  external: [/^node:/, ...installed.map((name) => new RegExp(`^${name}(/|$)`))],
  output: { dir: "dist", format: "esm", chunkFileNames: "shared/[name].js" },
});
