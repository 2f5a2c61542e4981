/** What `doctor --bench` shows, on little data: every kernel and the limit it is held against. */
import { expect, test } from "vitest";
import { measureCompute } from "../../src/compute/index.ts";
import { systemClock } from "../../src/core/clock.ts";

test("every kernel is measured on one thread and on all, beside a limit", async () => {
  const measured = await measureCompute(systemClock, { bytes: 2 ** 20, jobMs: 0 });
  const names = measured.map(({ name }) => name);
  expect(names).toContain("SGEMM");
  for (const { limit, rates } of measured) {
    if (limit !== null) expect(names).toContain(limit);
    expect(rates[0]?.threads).toBe(1);
    for (const { rate } of rates) expect(rate).toBeGreaterThan(0);
  }
});
