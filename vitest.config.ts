import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["test/package/**", "test/runners/fixtures/**", "test/vitest-4/**", "test/mutants/**"],
    pool: "forks",
  },
});
