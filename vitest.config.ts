import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** `--mode interop` and `--mode long` run those folders; the plain run has everything else. */
const SEPARATE = ["interop", "long"];

export default defineConfig(({ mode }) => ({
  test: {
    include: SEPARATE.includes(mode) ? [`test/${mode}/**/*.test.ts`] : ["test/**/*.test.ts"],
    exclude: [
      "node_modules/**",
      ...SEPARATE.filter((folder) => folder !== mode).map((folder) => `test/${folder}/**`),
    ],
    testTimeout: mode === "long" ? 3_600_000 : 60_000,
    hookTimeout: mode === "long" ? 3_600_000 : 60_000,
    pool: "forks",
    // Vitest leaves one core free, half of a small machine; peers of the other modes need it.
    ...(SEPARATE.includes(mode) ? {} : { maxWorkers: availableParallelism() }),
    globalSetup: ["test/build-once.ts"],
  },
}));
