import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["**/*.bench.ts"],
    root: import.meta.dirname,
    pool: "forks",
    fileParallelism: false,
    disableConsoleIntercept: true,
  },
});
