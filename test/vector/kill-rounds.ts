/** A writer killed with SIGKILL again and again: what it acknowledged is there, and opens. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Collection } from "../../src/vector/index.ts";
import { bundleScript, killLoop, startScript } from "../long/kill.ts";
import { checkAcknowledged } from "./batches.ts";

/** Resolves with the number of batches that were taken in all. */
export async function killWriter(rounds: number, seed: number): Promise<number> {
  const script = await bundleScript(join(import.meta.dirname, "acknowledge.ts"));
  const folder = mkdtempSync(join(tmpdir(), "vector-kill-"));
  const base = join(folder, "c");
  await Collection.create(base, { dims: 3, text: ["note"] });
  let last = -1;
  try {
    await killLoop({
      rounds,
      seed,
      maxLifeMs: 120,
      start: () => startScript(script, [base, String(last + 1)]),
      check: async (_, acknowledged) => {
        const newest = acknowledged.length === 0 ? last : Number(acknowledged.at(-1));
        last = checkAcknowledged(await Collection.open(base), newest);
        // Long histories would only slow the rounds down.
        if (last > 300) {
          rmSync(base, { force: true });
          for (const end of [".vec", ".wal", ".lock"]) rmSync(`${base}${end}`, { force: true });
          await Collection.create(base, { dims: 3, text: ["note"] });
          last = -1;
        }
      },
    });
    return last;
  } finally {
    script.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}
