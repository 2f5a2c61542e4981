import { expect, it } from "vitest";
import { KINDS, killCommand } from "../vector/kill-commands.ts";

const KILLS = Number(process.env.KILLS ?? 100);
const SEED = Number(process.env.SEED ?? 20261122);

it.each(Object.keys(KINDS))(`${KILLS} kills of a command: %s`, async (name) => {
  const { killed, done } = await killCommand(name, KILLS, SEED);
  console.log(`${name}: killed ${killed} times, done before ${done} times`);
  expect(killed).toBeGreaterThan(KILLS / 3);
});
