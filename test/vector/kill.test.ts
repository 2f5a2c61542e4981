/** A few kills; `test/long/vector-kill.test.ts` has hundreds. */
import { expect, test } from "vitest";
import { killWriter } from "./kill-rounds.ts";

test("a writer may be killed at any moment", async () => {
  expect(await killWriter(5, 20261121)).toBeGreaterThanOrEqual(0);
});
