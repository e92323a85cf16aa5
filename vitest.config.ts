import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/package/**", "test/runners/fixtures/**", "test/mutants/**"],
    pool: "forks",
    // real processes on a machine that others use too; what must be fast is measured by bench/
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
