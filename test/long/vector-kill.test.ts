/** SIGKILL during upserts, deletes and rewrites of a collection: acknowledged rows are all there. */
import { expect, test } from "vitest";
import { killWriter } from "../vector/kill-rounds.ts";

const KILLS = Number(process.env.KILLS ?? 500);
const SEED = Number(process.env.SEED ?? 20261121);

test(`${KILLS} kills`, async () => {
  expect(await killWriter(KILLS, SEED)).toBeGreaterThanOrEqual(0);
});
