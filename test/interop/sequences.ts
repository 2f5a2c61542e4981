/** The seeds of the random sequences, and the figures of a run. */
import type { PeerEngine, Tally } from "./turns.ts";

/** Statements of each sequence. */
export const STATEMENTS = 50;

/** The seeds to run: 20, or those of SOVEREIGN_INTEROP_SEEDS, say `1-5,12`. */
export function seedsToRun(): number[] {
  const text = process.env.SOVEREIGN_INTEROP_SEEDS ?? "1-20";
  return text.split(",").flatMap((range) => {
    const [first, last] = range.split("-").map(Number);
    return Array.from({ length: (last ?? first!) - first! + 1 }, (_, i) => first! + i);
  });
}

/** Nothing ran yet. */
export function emptyTally(): Tally {
  return { ours: 0, theirs: 0, changeFeeds: 0, refused: new Map() };
}

/** One line of figures. */
export function tallyText(peer: PeerEngine, tally: Tally): string {
  const refused = [...tally.refused].map(([key, count]) => `${key} ${count}`).join(", ");
  return (
    `${peer.name}: ${tally.ours} statements by us, ${tally.theirs} by it, ` +
    `${tally.changeFeeds} change feeds compared; refused: ${refused || "none"}`
  );
}
