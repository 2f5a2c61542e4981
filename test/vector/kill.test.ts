/** A few kills; `vector-kill` and `vector-command-kills` in `test/long` have hundreds. */
import { expect, test } from "vitest";
import { killCommand } from "./kill-commands.ts";
import { killWriter } from "./kill-rounds.ts";

test("a writer may be killed at any moment", async () => {
  expect(await killWriter(5, 20261121)).toBeGreaterThanOrEqual(0);
});

test.each(["import of a new collection", "rename"])("a command may be killed: %s", async (name) => {
  const { killed } = await killCommand(name, 5, 20261122);
  expect(killed).toBeGreaterThan(1);
});
