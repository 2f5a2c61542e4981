/**
 * Sums vitest's JSON reports: `count-tests.mjs <other failures> report.json …` prints
 * `N passed, N failed` as its last line and exits 1 when anything failed. A suite that could not be
 * collected, or that collected nothing, counts as a failure.
 */
import { existsSync, readFileSync } from "node:fs";

const [others, ...paths] = process.argv.slice(2);
let passed = 0;
let failed = Number(others);
let skipped = 0;
for (const path of paths) {
  if (!existsSync(path)) continue;
  const report = JSON.parse(readFileSync(path, "utf8"));
  const broken = report.testResults.filter(
    (suite) =>
      suite.status === "failed" && suite.assertionResults.every((t) => t.status !== "failed"),
  );
  passed += report.numPassedTests;
  failed += report.numFailedTests + broken.length + (report.numTotalTests === 0 ? 1 : 0);
  skipped += report.numPendingTests;
}
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
