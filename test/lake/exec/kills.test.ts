import { expect, it } from "vitest";
import { changeUnderKills } from "./kills.ts";

it("kill -9 during write statements leaves what was acknowledged", async () => {
  const score = await changeUnderKills(6, 3);
  expect(score.statements.size).toBeGreaterThan(0);
});
