import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/package/**", "test/runners/fixtures/**", "test/mutants/**"],
    pool: "forks",
  },
});
