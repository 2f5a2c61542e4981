import { it } from "vitest";
import { changeUnderKills } from "../lake/exec/kills.ts";

it("kill -9 at 200 random points of every write statement", async () => {
  const score = await changeUnderKills(200, 11);
  for (const [name, { killed, applied }] of [...score].sort()) {
    console.log(`${name}: killed ${killed}, of which committed ${applied}`);
  }
});
