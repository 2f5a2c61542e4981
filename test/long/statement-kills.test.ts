import { expect, it } from "vitest";
import { changeUnderKills, type KillScore } from "../lake/exec/kills.ts";

/** Two lakes at a time: a killed process and its check leave a core idle. */
const LANES = 2;
const KILLS = Number(process.env.KILLS ?? 1000);
const SEED = Number(process.env.SEED ?? 11);

it(`kill -9 at ${KILLS} random points of every write statement`, async () => {
  const scores = await Promise.all(
    Array.from({ length: LANES }, (_, lane) =>
      changeUnderKills(Math.ceil(KILLS / LANES), SEED + lane),
    ),
  );
  const [all, ...more] = scores as [KillScore, ...KillScore[]];
  for (const score of more) addTo(all, score);
  console.log(`seeds ${scores.map((_, lane) => SEED + lane).join(", ")}`);
  for (const [name, { killed, applied }] of [...all.statements].sort()) {
    console.log(`${name}: killed ${killed}, of which committed ${applied}`);
  }
  for (const [call, count] of [...all.calls].sort()) console.log(`at ${call}: ${count}`);
  expect(all.statements.size).toBeGreaterThan(KILLS > 200 ? 25 : 1);
});

function addTo(all: KillScore, { statements, calls }: KillScore): void {
  for (const [name, { killed, applied }] of statements) {
    const entry = all.statements.get(name) ?? { killed: 0, applied: 0 };
    all.statements.set(name, {
      killed: entry.killed + killed,
      applied: entry.applied + applied,
    });
  }
  for (const [call, count] of calls) all.calls.set(call, (all.calls.get(call) ?? 0) + count);
}
