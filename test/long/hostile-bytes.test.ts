import { expect, it } from "vitest";
import { readHostileBytes } from "../lake/exec/hostile-bytes.ts";

const CASES = Number(process.env.CASES ?? 100_000);
const SEED = Number(process.env.SEED ?? 20261121);
const FIRST = Number(process.env.FIRST ?? 0);

it(`reads ${CASES} tables broken at random, in rows or a clear error`, async () => {
  const score = await readHostileBytes({ cases: CASES, seed: SEED, lanes: 2, first: FIRST });
  console.log(`seed ${SEED}, cases ${FIRST} to ${FIRST + CASES - 1}`);
  for (const [outcome, count] of [...score.outcomes].sort()) console.log(`${outcome}: ${count}`);
  console.log(`memory grew by at most ${score.growthMegabytes} MB`);
  expect(score.findings).toEqual([]);
});
