/** Sorting in steps: the same order as sorting at once, and many steps. */
import { expect, test } from "vitest";
import { createRng } from "../../src/core/rng.ts";
import { runAtOnce, sortInSteps } from "../../src/core/turns.ts";

test.each([1, 32_768, 32_769, 100_000, 200_000])("%i items in order, stable", (count) => {
  const rng = createRng(count);
  const items = Array.from({ length: count }, (_, place) => ({ key: rng.int(1000), place }));
  const byKey = (a: { key: number }, b: { key: number }): number => a.key - b.key;
  const steps = sortInSteps(items, byKey, 0);
  let stepCount = 0;
  const counted = (function* () {
    for (;;) {
      const { done, value } = steps.next();
      if (done === true) return value;
      stepCount++;
      yield value;
    }
  })();
  expect(runAtOnce(counted)).toEqual(items.toSorted(byKey));
  expect(stepCount).toBeGreaterThanOrEqual((count / 32_768) * Math.log2(count / 32_768));
});
