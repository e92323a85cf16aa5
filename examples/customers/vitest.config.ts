import { defineConfig } from "vitest/config";
import { wakeful } from "wakeful/vitest/config";

export default defineConfig({
  plugins: [wakeful({ sources: "src/**" })],
  test: {
    include: ["test/**/*.test.ts"],
    // one process for all files: the environment starts once
    isolate: false,
    fileParallelism: false,
  },
});
