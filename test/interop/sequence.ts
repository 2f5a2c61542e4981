/** One random sequence of statements on one table, by this lake and a peer in turn. */
import { join } from "node:path";
import { createRng, type Rng } from "../../src/core/rng.ts";
import type { Lake } from "../../src/lake/index.ts";
import { createModel } from "./model-table.ts";
import { pick } from "./random-conditions.ts";
import { nextStatement } from "./random-maintenance.ts";
import {
  compareAll,
  createTable,
  type PeerEngine,
  reportOf,
  type Tally,
  type Turns,
  takeTurn,
} from "./turns.ts";

export interface Sequence {
  lake: Lake;
  peer: PeerEngine;
  seed: number;
  folder: string;
  statements: number;
  tally: Tally;
}

/** Runs a sequence; a difference is an error that lists the statements up to it. */
export async function runSequence(sequence: Sequence): Promise<void> {
  const rng = createRng(sequence.seed);
  const table = createModel(rng.int(3) > 0, drawProperties(rng, sequence.peer));
  const path = join(sequence.folder, `seed-${sequence.seed}`);
  const turns: Turns = { ...sequence, path, table, log: [] };
  try {
    await createTable(turns, rng.int(2) === 0);
    for (let i = 0; i < sequence.statements; i++) {
      const statement = nextStatement(rng, table, sequence.peer.settable);
      await takeTurn(turns, statement, rng.int(2) === 0);
    }
    await compareAll(turns);
  } catch (error) {
    throw reportOf(error, `${sequence.peer.name}, seed ${sequence.seed}`, turns.log);
  }
}

function drawProperties(rng: Rng, peer: PeerEngine): Record<string, string> {
  const drawn: Record<string, string> = {};
  for (const [key, values] of Object.entries(peer.properties)) {
    const value = pick(rng, values);
    if (value !== null) drawn[key] = value;
  }
  return drawn;
}
