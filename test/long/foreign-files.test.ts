import { expect, it } from "vitest";
import { FOREIGN_KINDS, readForeignFiles } from "../formats/foreign-runs.ts";

const CASES = Number(process.env.CASES ?? 20_000);
const SEED = Number(process.env.SEED ?? 20261122);
const FIRST = Number(process.env.FIRST ?? 0);

it.each(FOREIGN_KINDS)(`${CASES} files broken at random: %s`, async (kind) => {
  const score = await readForeignFiles(kind, { cases: CASES, seed: SEED, first: FIRST });
  const outcomes = [...score.outcomes].map(([outcome, count]) => `${outcome} ${count}`);
  console.log(`${kind}: ${outcomes.join(", ")}; grew by ${score.growthMegabytes} MB`);
  expect(score.findings).toEqual([]);
});
